#include "config/sections.hpp"

#include "config/config.hpp"

namespace wyvern::config {
namespace {

// The kernel's own sections. A field that is marked x-secret is never printed back; one that is marked x-path is made
// absolute, from the folder of the file.
constexpr const char* own_sections = R"json({
  "identity": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "bootstrap_token": {
        "type": "string", "minLength": 16, "maxLength": 512, "x-secret": true,
        "description": "On an empty store this becomes the first administrator's token; without it one is made and printed once"
      },
      "password_memory_mib": {"type": "integer", "minimum": 19, "maximum": 4096, "default": 256,
        "description": "What one try of a password takes up, at most two at a time"},
      "password_passes": {"type": "integer", "minimum": 2, "maximum": 64, "default": 3,
        "description": "How often a try of a password goes over that memory"},
      "session_hours": {"type": "integer", "minimum": 1, "maximum": 8760, "default": 12,
        "description": "How long a login lasts"},
      "secure_cookies": {"enum": ["auto", "always"], "default": "auto",
        "description": "Whether browsers send a session over TLS only. auto: when the login came over TLS to the surface itself; always: behind a proxy that ends TLS"},
      "oidc": {
        "type": "object",
        "additionalProperties": false,
        "required": ["issuer", "client_id", "client_secret", "redirect_uri"],
        "properties": {
          "issuer": {"type": "string", "maxLength": 1024,
            "pattern": "^(https://|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:[0-9]+)?(/|$))[^?#]*$",
            "description": "The OpenID Connect provider, as it writes itself. Plain http to this machine only"},
          "client_id": {"type": "string", "minLength": 1, "maxLength": 1024,
            "description": "What the provider calls this installation"},
          "client_secret": {"type": "string", "minLength": 1, "maxLength": 1024, "x-secret": true,
            "description": "By which the provider knows this installation"},
          "redirect_uri": {"type": "string", "maxLength": 1024,
            "pattern": "^https?://[^/?#]+(/[^?#]*)?/auth/oidc/callback$",
            "description": "Where browsers reach this API's /auth/oidc/callback; registered at the provider in the same words"},
          "scopes": {"type": "array", "items": {"type": "string", "pattern": "^[!#-\\[\\]-~]+$"}, "default": ["openid", "profile", "email"],
            "description": "What the provider is asked to tell; groups may need one more"},
          "claims": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "name": {"type": "string", "minLength": 1, "default": "email",
                "description": "What a person's oidc_name is compared with. The e-mail counts only when the provider has verified it; of another claim, be sure that people cannot change it themselves"},
              "groups": {"type": "string", "minLength": 1, "default": "groups", "description": "The list of a person's groups"}
            }
          },
          "administrators": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1},
            "description": "Groups whose people are administrators. Each login by the provider then gives or takes that right; the last administrator keeps it. Without it the provider has no say"},
          "create_people": {"type": "boolean", "default": false,
            "description": "Whoever the provider knows becomes a person here, without any project. Else only people with an oidc_name come in"},
          "skip_second_factor": {"type": "boolean", "default": false,
            "description": "The provider has second factors of its own: people who have one here are not asked for it. Else they can sign in by password and code only"},
          "title": {"type": "string", "minLength": 1, "maxLength": 64, "default": "Single sign-on",
            "description": "What the button says"}
        }
      }
    }
  },
  "playout": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "worker_start_timeout_ms": {"type": "integer", "minimum": 500, "maximum": 300000, "default": 15000,
        "description": "A worker that does not answer within this ends its channel's start in error"},
      "worker_silence_ms": {"type": "integer", "minimum": 1000, "maximum": 300000, "default": 5000,
        "description": "A worker on air that answers nothing for so long is killed and started again"},
      "stop_grace_ms": {"type": "integer", "minimum": 0, "maximum": 300000, "default": 5000,
        "description": "What a worker gets to leave the air by itself before it is killed"},
      "worker_ports": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "first": {"type": "integer", "minimum": 1024, "maximum": 65535, "default": 23000},
          "last": {"type": "integer", "minimum": 1024, "maximum": 65535, "default": 23999}
        },
        "description": "Where workers of this node listen, on loopback"
      },
      "preview": {"type": "boolean", "default": true, "description": "Whether channels make an HLS preview"},
      "filler": {"type": "string", "minLength": 1, "x-path": true,
        "description": "A clip that loops when nothing else can be shown; without it, the slate"}
    }
  },
  "staging": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "workers": {"type": "integer", "minimum": 1, "maximum": 64, "default": 2,
        "description": "Copies into the media cache at the same time"},
      "cache_dir": {"type": "string", "minLength": 1, "x-path": true,
        "description": "The media cache's folder, this process's alone. Default: media-cache in state_dir"},
      "cache_limit_bytes": {"type": "integer", "minimum": 0, "default": 0,
        "description": "The most that the media cache may hold; 0: as much as the disk"},
      "lease_s": {"type": "integer", "minimum": 5, "maximum": 3600, "default": 30,
        "description": "A worker that is silent for so long has lost its job to another"},
      "poll_ms": {"type": "integer", "minimum": 50, "maximum": 60000, "default": 1000,
        "description": "How often workers look for jobs without being woken"}
    }
  },
  "library": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "probe_timeout_s": {"type": "integer", "minimum": 1, "maximum": 3600, "default": 60,
        "description": "A probe that takes longer is killed, and its asset is in error"},
      "workers": {"type": "integer", "minimum": 1, "maximum": 64, "default": 2, "description": "Probes at the same time"}
    }
  },
  "worker": {"type": "object"},
  "log": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "level": {"enum": ["trace", "debug", "info", "warning", "error"], "default": "info"},
      "format": {"enum": ["json", "text"], "default": "json"}
    }
  }
})json";

constexpr const char* frame = R"json({
  "type": "object",
  "required": ["wyvern", "roles"],
  "additionalProperties": false,
  "properties": {
    "wyvern": {"const": 1, "type": "integer"},
    "roles": {
      "type": "array", "minItems": 1, "uniqueItems": true,
      "items": {"type": "string", "enum": ["controller", "node", "playout-worker", "capture-worker"]}
    },
    "state_dir": {"type": "string", "minLength": 1, "default": "var", "x-path": true},
    "plugin_dirs": {"type": "array", "items": {"type": "string", "minLength": 1, "x-path": true}, "default": []}
  }
})json";

constexpr const char* instances = R"json({
  "type": "object",
  "additionalProperties": {
    "type": "object",
    "required": ["plugin"],
    "properties": {"plugin": {"type": "string", "minLength": 1}}
  }
})json";

Json assemble() {
  Json schema = Json::parse(frame);
  Json own = Json::parse(own_sections);
  for (auto& [name, section] : own.items()) {
    section["default"] = Json::object();
    schema["properties"][name] = section;
  }
  for (const auto& kind : kinds()) schema["properties"][std::string(kind.section)] = Json::parse(instances);
  return schema;
}

}  // namespace

const Json& file_schema() {
  static const Json schema = assemble();
  return schema;
}

const std::vector<std::string>& kernel_sections() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    const Json own = Json::parse(own_sections);
    for (const auto& section : own.items()) found.push_back(section.key());
    return found;
  }();
  return names;
}

const std::vector<RoleNeeds>& role_needs() {
  static const std::vector<RoleNeeds> needs = {
      {"controller", {"store"}},
      {"node", {"runtime"}},
      {"playout-worker", {"engine"}},
      {"capture-worker", {"engine"}},
  };
  return needs;
}

}  // namespace wyvern::config
