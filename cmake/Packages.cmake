# Debian packages by `cpack`: wyvern, wyvern-dev, and wyvern-plugins-* by what they need at run time.

# wyvern_install_plugins(GROUP SUMMARY plugin …): into the package wyvern-plugins-GROUP, where wyvernd looks for plugins.
function(wyvern_install_plugins group summary)
  install(TARGETS ${ARGN} LIBRARY DESTINATION lib/wyvern COMPONENT plugins-${group})
  string(TOUPPER "plugins-${group}" id)
  set_property(GLOBAL APPEND PROPERTY WYVERN_PACKAGES plugins-${group})
  set_property(GLOBAL PROPERTY WYVERN_SUMMARY_${id} "${summary}")
endfunction()

# Once all is installed.
function(wyvern_packages)
  get_property(groups GLOBAL PROPERTY WYVERN_PACKAGES)
  set(CPACK_GENERATOR DEB)
  set(CPACK_COMPONENTS_ALL program service sdk sanitizers ${groups})
  set(CPACK_COMPONENT_PROGRAM_GROUP wyvern)
  set(CPACK_COMPONENT_SERVICE_GROUP wyvern)
  set(CPACK_DEB_COMPONENT_INSTALL ON)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The authors of Wyvern <authors@wyvern.invalid>")
  set(CPACK_DEBIAN_PACKAGE_SECTION video)
  set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_STRIP_FILES ON)
  set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
  set(CPACK_OUTPUT_FILE_PREFIX ${CMAKE_BINARY_DIR}/packages)

  set(CPACK_DEBIAN_WYVERN_PACKAGE_NAME wyvern)
  set(CPACK_COMPONENT_GROUP_WYVERN_DESCRIPTION "Media orchestration made of plugins
 The kernel, the command line, and a service. Puts playlists on air through plugins, which the wyvern-plugins packages
 bring.")
  set(CPACK_DEBIAN_WYVERN_PACKAGE_RECOMMENDS "wyvern-plugins-core, wyvern-plugins-gstreamer, wyvern-plugins-srt")
  set(CPACK_DEBIAN_WYVERN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/conffiles
    ${CMAKE_SOURCE_DIR}/packaging/postinst)
  set(CPACK_DEBIAN_WYVERN_PACKAGE_DEPENDS adduser)

  set(CPACK_DEBIAN_SDK_PACKAGE_NAME wyvern-dev)
  set(CPACK_DEBIAN_SDK_PACKAGE_SECTION devel)
  set(CPACK_COMPONENT_SDK_DESCRIPTION "Headers, templates and conformance kit for plugins of Wyvern
 What it takes to write a plugin, in C or in C++, and to know that it is right.")
  # addr2line makes stacks readable.
  set(CPACK_DEBIAN_SDK_PACKAGE_DEPENDS
    "wyvern (= ${PROJECT_VERSION}), binutils, build-essential, cmake (>= 3.25), nlohmann-json3-dev, pkg-config")
  # Of the template for stores.
  set(CPACK_DEBIAN_SDK_PACKAGE_RECOMMENDS libsqlite3-dev)

  set(CPACK_DEBIAN_SANITIZERS_PACKAGE_NAME wyvern-dev-sanitizers)
  set(CPACK_DEBIAN_SANITIZERS_PACKAGE_SECTION devel)
  set(CPACK_COMPONENT_SANITIZERS_DESCRIPTION "The conformance kit of Wyvern for plugins that are built with a sanitizer
 wyvern-conformance-asan for -fsanitize=address,undefined and wyvern-conformance-tsan for -fsanitize=thread, of g++.")
  set(CPACK_DEBIAN_SANITIZERS_PACKAGE_DEPENDS "wyvern-dev (= ${PROJECT_VERSION})")

  foreach(group ${groups})
    string(TOUPPER ${group} id)
    get_property(summary GLOBAL PROPERTY WYVERN_SUMMARY_${id})
    set(CPACK_DEBIAN_${id}_PACKAGE_NAME wyvern-${group})
    set(CPACK_COMPONENT_${id}_DESCRIPTION "${summary}")
    set(CPACK_DEBIAN_${id}_PACKAGE_DEPENDS "wyvern (>= ${PROJECT_VERSION})")
  endforeach()
  string(APPEND CPACK_DEBIAN_PLUGINS-GSTREAMER_PACKAGE_DEPENDS
    ", gstreamer1.0-plugins-base, gstreamer1.0-plugins-good, gstreamer1.0-plugins-bad, gstreamer1.0-plugins-ugly, "
    "gstreamer1.0-libav")
  include(CPack)
endfunction()
