# libmoire, its headers, moire.pc and the CMake package. All of it may be moved after the install.
install(TARGETS moire_shared EXPORT moireTargets)
install(TARGETS moire_static EXPORT moireStaticTargets)
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

# moire.pc finds its prefix from where it lies, unless the library folder is outside the prefix.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" up "${up}")
  set(pc_prefix "\${pcfiledir}/${up}")
endif()
foreach(folder LIBDIR INCLUDEDIR)
  string(TOLOWER pc_${folder} variable)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
    set(${variable} "${CMAKE_INSTALL_${folder}}")
  else()
    set(${variable} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()
configure_file(moire.pc.in moire.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/moire.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# find_package(moire): moire::moire and, where FFTW's development files are, moire::moire_static.
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/moire)
foreach(name moireTargets moireStaticTargets)
  install(EXPORT ${name} NAMESPACE moire:: DESTINATION ${package})
endforeach()
configure_package_config_file(
  cmake/moireConfig.cmake.in moireConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(moireConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/moireConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/moireConfigVersion.cmake
  DESTINATION ${package})
