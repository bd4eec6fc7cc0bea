// Writes a catalogue of a given size into a folder:  make_catalogue FOLDER OVERLAYS COMPONENTS
#include <fmt/core.h>

#include <cstdio>
#include <exception>
#include <string>

#include "core/file_system.h"
#include "large_catalogue.h"

int main(int argument_count, char** arguments) {
  if (argument_count != 4) {
    fmt::print(stderr, "usage: make_catalogue FOLDER OVERLAYS COMPONENTS\n");
    return 2;
  }
  try {
    waybill::write_folder(arguments[1],
                          waybill::bench::large_catalogue(std::stoul(arguments[2]), std::stoul(arguments[3])),
                          waybill::Overwrite::No);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "make_catalogue: {}\n", error.what());
    return 1;
  }
}
