#include <malloc.h>

#include <string>
#include <vector>

#include "app/cli/program.h"
#include "core/interrupt.h"

int main(int argc, char** argv) {
  // Lanes come and go and leave what they have read, thousands of manifests perhaps. A heap for each of them costs some
  // MiB of the 64 that a copy may have.
  ::mallopt(M_ARENA_MAX, 2);
  waybill::install_interrupt_handlers();
  return waybill::cli::run_program(std::vector<std::string>(argv + 1, argv + argc));
}
