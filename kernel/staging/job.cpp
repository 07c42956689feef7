#include "staging/job.hpp"

namespace wyvern::staging {
Json Job::json() const {
  return {{"id", id},
          {"type", type},
          {"asset_id", asset_id},
          {"filename", store::or_null(filename)},
          {"project_id", store::or_null(project_id)},
          {"status", status},
          {"priority", priority},
          {"attempt", attempt},
          {"failures", failures},
          {"max_attempts", max_attempts},
          {"bytes_done", bytes_done},
          {"bytes_total", store::or_null(bytes_total)},
          {"error_message", store::or_null(error_message)},
          {"run_at", run_at.iso8601()},
          {"created_at", created_at.iso8601()},
          {"updated_at", updated_at.iso8601()}};
}

Json job_schema() {
  return Json::parse(R"({
    "type": "object",
    "properties": {
      "id": {"type": "string", "format": "uuid"},
      "type": {"type": "string", "enum": ["probe", "stage"]},
      "asset_id": {"type": "string", "format": "uuid"},
      "filename": {"type": ["string", "null"], "description": "The asset's."},
      "project_id": {"type": ["string", "null"], "format": "uuid", "description": "The asset's."},
      "status": {"type": "string", "enum": ["queued", "running", "succeeded", "failed", "cancelled"]},
      "priority": {"type": "integer", "description": "Higher is served first."},
      "attempt": {"type": "integer", "description": "How often the job was begun."},
      "failures": {"type": "integer", "description": "Attempts that count against max_attempts."},
      "max_attempts": {"type": "integer"},
      "bytes_done": {"type": "integer"},
      "bytes_total": {"type": ["integer", "null"]},
      "error_message": {"type": ["string", "null"], "description": "Of the last attempt that failed."},
      "run_at": {"type": "string", "format": "date-time", "description": "Not begun before."},
      "created_at": {"type": "string", "format": "date-time"},
      "updated_at": {"type": "string", "format": "date-time"}
    }
  })");
}

}  // namespace wyvern::staging
