# Run by ctest, see CMakeLists.txt.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${WORK}")
set(prefix "${WORK}/prefix")

# run(variable command...): the command's standard output; a failing command fails the test and shows all that it said.
function(run variable)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}: exit status ${status}\n${output}\n${errors}")
  endif()
  set(${variable} "${output}" PARENT_SCOPE)
endfunction()

run(ignored "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}")

run(version "${prefix}/bin/waybill" --version)
if(NOT version MATCHES "${VERSION}")
  message(FATAL_ERROR "the installed program says it is '${version}', not ${VERSION}")
endif()
foreach(header core/value.h generator/catalogue.h argocd/render.h oci/pack.h signing/key.h)
  if(NOT EXISTS "${prefix}/include/waybill/${header}")
    message(FATAL_ERROR "the header ${header} is not installed")
  endif()
endforeach()
# Headers that hold what a room needs of a library are private.
file(GLOB_RECURSE private "${prefix}/include/waybill/*.h")
list(FILTER private INCLUDE REGEX "/(lib[a-z0-9]+|openssl)[.]h$")
if(private)
  message(FATAL_ERROR "private headers are installed: ${private}")
endif()

set(flags "")
if(FLAGS)
  set(flags "-DCMAKE_CXX_FLAGS=-fsanitize=${FLAGS}")
endif()
run(ignored "${CMAKE_COMMAND}" -S "${SOURCE}/examples/library" -B "${WORK}/build" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_PREFIX_PATH=${prefix}" ${flags})
run(ignored "${CMAKE_COMMAND}" --build "${WORK}/build")
run(order "${WORK}/build/order" "${WORK}/layout")
if(NOT order MATCHES "gpu-operator\n" OR NOT order MATCHES "packed as sha256:[0-9a-f]+\n$")
  message(FATAL_ERROR "unexpected output of the example:\n${order}")
endif()
# The same folder again: the same digest, so nothing that depends on time or place went in.
run(again "${WORK}/build/order" "${WORK}/layout")
if(NOT order STREQUAL again)
  message(FATAL_ERROR "the second run differs:\n${order}\n${again}")
endif()
