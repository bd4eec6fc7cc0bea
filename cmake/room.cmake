# waybill_room(NAME core DEPENDS other rooms USES third party targets)
#
# A room is its folder: every .cpp below it is built, every .h is a public header. DEPENDS is public and must name
# rooms that exist already, so a room cannot reach upwards; USES is private, so a third-party header cannot leak
# through one of ours.
function(waybill_room)
  cmake_parse_arguments(ROOM "" "NAME" "DEPENDS;USES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.h")
  set(target waybill_${ROOM_NAME})
  if(NOT sources)
    return()
  endif()
  add_library(${target} STATIC)
  add_library(waybill::${ROOM_NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${ROOM_NAME})
  target_sources(${target} PRIVATE ${sources}
    PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${headers})
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                              $<INSTALL_INTERFACE:include/waybill>)
  set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  foreach(dependency IN LISTS ROOM_DEPENDS)
    if(NOT TARGET waybill_${dependency})
      message(FATAL_ERROR "room '${ROOM_NAME}' depends on '${dependency}', which is not below it")
    endif()
    target_link_libraries(${target} PUBLIC waybill_${dependency})
  endforeach()
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:waybill_warnings> ${ROOM_USES})
  set_property(GLOBAL APPEND PROPERTY WAYBILL_ROOMS ${target})
endfunction()
