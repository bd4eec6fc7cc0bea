#pragma once
// Ctrl-C and SIGTERM as a question that long work asks. The handler only sets a flag: the work ends where its state is
// valid, throws Interrupted, and the program exits with 130.

namespace waybill {

// Installs the handlers (SIGINT, SIGTERM, SIGHUP unless the parent had them ignored, as nohup does; SIGPIPE and
// SIGXFSZ are ignored). A second signal ends the process at once.
void install_interrupt_handlers();
[[nodiscard]] bool interrupted() noexcept;
// Throws Error(Interrupted) if a signal came.
void throw_if_interrupted();

}  // namespace waybill
