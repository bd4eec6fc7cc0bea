# What a user of the build can choose, and what holds for every target.
option(WAYBILL_BUILD_TESTS "Build the tests" ON)
option(WAYBILL_BUILD_FUZZERS "Build the fuzz targets with libFuzzer (clang only)" OFF)
option(WAYBILL_BUILD_BENCHMARKS "Build the benchmarks (needs the tests)" OFF)
option(WAYBILL_WARNINGS_AS_ERRORS "Treat warnings as errors" OFF)
set(WAYBILL_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize= (for example address,undefined)")
option(WAYBILL_COVERAGE "Instrument for gcov" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(WAYBILL_CCACHE ccache)
mark_as_advanced(WAYBILL_CCACHE)
if(WAYBILL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${WAYBILL_CCACHE}")
endif()

# The program reads archives, registries and repositories of strangers: what the compiler can check at run time, it checks.
add_compile_options($<$<CONFIG:Release>:-fstack-protector-strong>)
add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2> _GLIBCXX_ASSERTIONS)
add_link_options(LINKER:-z,relro LINKER:-z,now LINKER:--as-needed)

if(WAYBILL_SANITIZE)
  add_compile_options(-fsanitize=${WAYBILL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${WAYBILL_SANITIZE})
endif()
if(WAYBILL_COVERAGE)
  add_compile_options(--coverage -O0)
  add_link_options(--coverage)
endif()
