# Makes the Debian packages of the build BUILD and unpacks them into ROOT, as dpkg would into /.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${ROOT} ${BUILD}/packages)
execute_process(COMMAND ${CPACK} --config ${BUILD}/CPackConfig.cmake WORKING_DIRECTORY ${BUILD} RESULT_VARIABLE result
  OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "cpack: ${output}")
endif()
file(GLOB packages ${BUILD}/packages/*.deb)
set(names)
foreach(package ${packages})
  execute_process(COMMAND dpkg-deb -x ${package} ${ROOT} COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND dpkg-deb -f ${package} Package OUTPUT_VARIABLE name OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  list(APPEND names ${name})
endforeach()
foreach(name wyvern wyvern-dev wyvern-plugins-core wyvern-plugins-gstreamer wyvern-plugins-postgres wyvern-plugins-srt)
  if(NOT name IN_LIST names)
    message(FATAL_ERROR "there is no package ${name} among ${names}")
  endif()
endforeach()
# What the store's template needs comes with the SDK.
file(GLOB sdk ${BUILD}/packages/wyvern-dev_*.deb)
execute_process(COMMAND dpkg-deb -f ${sdk} Depends Recommends OUTPUT_VARIABLE needed COMMAND_ERROR_IS_FATAL ANY)
foreach(name libsqlite3-dev nlohmann-json3-dev build-essential)
  if(NOT needed MATCHES "${name}")
    message(FATAL_ERROR "wyvern-dev does not bring ${name}: ${needed}")
  endif()
endforeach()
# pkg-config says where it lies, not where the build would have installed it.
execute_process(COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_LIBDIR=${ROOT}/usr/lib/pkgconfig
  pkg-config --variable=plugindir wyvern OUTPUT_VARIABLE plugins OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
file(REAL_PATH "${plugins}" plugins)
if(NOT plugins STREQUAL "${ROOT}/usr/lib/wyvern")
  message(FATAL_ERROR "pkg-config has the plugins in ${plugins}, not in ${ROOT}/usr/lib/wyvern")
endif()
# The user that the service runs as is made by the package.
file(GLOB program ${BUILD}/packages/wyvern_*.deb)
execute_process(COMMAND dpkg-deb -e ${program} ${ROOT}/control COMMAND_ERROR_IS_FATAL ANY)
file(STRINGS ${ROOT}/lib/systemd/system/wyvern.service user REGEX "^User=")
string(REPLACE "User=" "" user "${user}")
file(WRITE ${ROOT}/stand-in/adduser "#!/bin/sh\nfor user; do :; done\necho \"made $user\"\n")
file(CHMOD ${ROOT}/stand-in/adduser PERMISSIONS OWNER_READ OWNER_EXECUTE)
execute_process(COMMAND ${CMAKE_COMMAND} -E env PATH=${ROOT}/stand-in ${ROOT}/control/postinst configure
  OUTPUT_VARIABLE made OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(user STREQUAL "" OR NOT made STREQUAL "made ${user}")
  message(FATAL_ERROR "the service runs as '${user}', its package says '${made}'")
endif()
# What the service starts with is right, by the packaged program and plugins.
execute_process(COMMAND ${ROOT}/usr/bin/wyvern lint ${ROOT}/etc/wyvern/wyvern.yaml RESULT_VARIABLE result
  OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the packaged configuration: ${output}")
endif()
# Every plugin of the tree is in a package.
file(GLOB built RELATIVE ${BUILD}/lib/wyvern ${BUILD}/lib/wyvern/*.so)
foreach(plugin ${built})
  if(NOT EXISTS ${ROOT}/usr/lib/wyvern/${plugin})
    message(FATAL_ERROR "${plugin} is in no package: name it in plugins/CMakeLists.txt")
  endif()
endforeach()
