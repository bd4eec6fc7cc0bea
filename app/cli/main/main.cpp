#include <string>
#include <vector>

#include "app/cli/program.h"
#include "core/interrupt.h"

int main(int argc, char** argv) {
  waybill::install_interrupt_handlers();
  return waybill::cli::run_program(std::vector<std::string>(argv + 1, argv + argc));
}
