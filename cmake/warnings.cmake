# One interface target carries the warnings; every room links it privately. Each flag has its reason.
add_library(waybill_warnings INTERFACE)
target_compile_options(waybill_warnings INTERFACE
  -Wall -Wextra -Wpedantic
  -Wshadow                # a name that hides another is read wrongly sooner or later
  -Wconversion            # sizes are 64 bit here and int in C libraries: narrowing must be written out
  -Wsign-conversion
  -Wnon-virtual-dtor      # interfaces are deleted through their base
  -Woverloaded-virtual
  -Wold-style-cast
  -Wcast-align
  -Wunused
  -Wnull-dereference
  -Wdouble-promotion
  -Wformat=2
  -Wswitch-enum           # sum types are handled exhaustively
  -Wimplicit-fallthrough
  -Wno-missing-field-initializers)  # members that a designated initializer leaves out have their defaults
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # -Wnull-dereference of g++ 12 reports library internals when it optimises: only of use without inlining.
  target_compile_options(waybill_warnings INTERFACE -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wuseless-cast
                         -Wno-null-dereference
                         # g++ 12 reports std::string's own copies when it optimises more (GCC bug 105651)
                         $<$<CONFIG:Release>:-Wno-restrict>)
endif()
if(WAYBILL_WARNINGS_AS_ERRORS)
  target_compile_options(waybill_warnings INTERFACE -Werror)
endif()
