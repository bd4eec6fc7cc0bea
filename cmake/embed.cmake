# waybill_embed_files(target folder)
#
# Compiles every file below `folder` into `target` as the table that generator/embedded_files.h declares. The table is written at build
# time by a small program of ours, so that a changed, added or removed file is noticed by the next build (the list of files is globbed
# again each time) and the result does not depend on where the sources lie, on the locale or on the order of directory entries.
# Names that begin with a dot are left out.
function(waybill_embed_files target folder)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS LIST_DIRECTORIES false RELATIVE "${folder}" "${folder}/*")
  list(FILTER files EXCLUDE REGEX "(^|/)\\.")
  if(NOT files)
    message(FATAL_ERROR "nothing to embed in ${folder}")
  endif()
  list(SORT files COMPARE STRING)
  list(TRANSFORM files PREPEND "${folder}/" OUTPUT_VARIABLE inputs)

  # The digest is the run-time code's own.
  add_executable(${target}_embed_files "${PROJECT_SOURCE_DIR}/cmake/embed_files.cpp"
    "${PROJECT_SOURCE_DIR}/generator/catalogue_source.cpp" "${PROJECT_SOURCE_DIR}/generator/layered_files.cpp")
  target_link_libraries(${target}_embed_files PRIVATE waybill_core waybill_warnings fmt::fmt)

  # The list goes through a file, rewritten only when it changes: a command line has a limit, and a removed file changes no input.
  set(list_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_files.txt")
  list(JOIN files "\n" lines)
  file(CONFIGURE OUTPUT "${list_file}" CONTENT "${lines}\n" @ONLY)

  set(generated "${CMAKE_CURRENT_BINARY_DIR}/${target}_files.cpp")
  add_custom_command(OUTPUT "${generated}"
    COMMAND ${target}_embed_files "${folder}" "${list_file}" "${generated}"
    DEPENDS ${target}_embed_files "${list_file}" ${inputs}
    COMMENT "Embedding the files of ${folder}" VERBATIM)
  target_sources(${target} PRIVATE "${generated}")
endfunction()
