# The program in every build folder's bin/, and what `cmake --install` puts where: the program, the libraries with their public
# headers, and a package for find_package(waybill), which gives waybill::core, waybill::generator and so on.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(waybill_package "${CMAKE_INSTALL_LIBDIR}/cmake/waybill")
set(waybill_headers "${CMAKE_INSTALL_INCLUDEDIR}/waybill")

if(TARGET waybill)
  set_target_properties(waybill PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  install(TARGETS waybill RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT program)
endif()

# The command line is the program's own; every other room is for other programs too.
get_property(rooms GLOBAL PROPERTY WAYBILL_ROOMS)
list(REMOVE_ITEM rooms waybill_cli)
install(TARGETS ${rooms} EXPORT waybill
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
  FILE_SET HEADERS DESTINATION "${waybill_headers}" COMPONENT development)
install(EXPORT waybill NAMESPACE waybill:: FILE waybillTargets.cmake DESTINATION "${waybill_package}" COMPONENT development)

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/waybillConfig.cmake.in" "${PROJECT_BINARY_DIR}/waybillConfig.cmake"
  INSTALL_DESTINATION "${waybill_package}" NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 any minor version may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/waybillConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/waybillConfig.cmake" "${PROJECT_BINARY_DIR}/waybillConfigVersion.cmake"
  DESTINATION "${waybill_package}" COMPONENT development)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT program)
