#pragma once
// Runs real programs from tests, without a shell.
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace waybill::testing {

// Of a command line.
using Words = std::vector<std::string>;
// The words of one list after those of the other.
[[nodiscard]] Words joined(Words first, const Words& second);

struct ProcessResult {
  int exit_status = -1;  // 128 + signal when killed
  std::string out;
  std::string err;
};

struct ProcessOptions {
  std::string input = {};                               // standard input
  std::string folder = {};                              // working folder, empty: ours
  std::map<std::string, std::string> environment = {};  // added to ours; an empty value removes the variable
  std::chrono::seconds timeout{120};                    // then SIGKILL and exit status 137
};

// argv[0] is looked up in PATH and in the peers' folder. Throws std::runtime_error when it cannot be started.
[[nodiscard]] ProcessResult run(const std::vector<std::string>& argv, const ProcessOptions& options = {});

// A program in the background, ended (SIGTERM, then SIGKILL) by pid when this object dies. `out_file` gets both its
// outputs.
class Background {
 public:
  Background(const std::vector<std::string>& argv, const std::string& out_file, const ProcessOptions& options = {});
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background();
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  void kill() noexcept;  // SIGKILL, now
  int wait() noexcept;   // until it ends by itself or by a signal; its exit status as in ProcessResult

 private:
  pid_t pid_ = -1;
};

// A TCP port on 127.0.0.1 that was free a moment ago.
[[nodiscard]] int free_port();
// Waits until something listens there; false after the timeout.
[[nodiscard]] bool wait_for_port(int port, std::chrono::seconds timeout = std::chrono::seconds(20));

// The full path of a program in PATH or in the peers' folder (WAYBILL_PEERS, default ~/.cache/waybill/peers/bin); empty
// when it is not installed.
[[nodiscard]] std::string find_program(const std::string& name);
// Whether python3 is installed and imports them: "jsonschema, yaml".
[[nodiscard]] bool python_has(const std::string& modules);
// A folder or file of the project's shared test data (WAYBILL_SHARED, default ../shared beside the checkout); empty
// when absent.
[[nodiscard]] std::string shared_data(const std::string& relative);

}  // namespace waybill::testing

// The one way in which a test leaves out a check: by the name of what it misses, on a line "missing KIND: NAME" that
// `./dev test` repeats in the end.
#define WAYBILL_REQUIRE(kind, name, is_there) \
  if (!(is_there)) GTEST_SKIP() << "missing " << (kind) << ": " << (name)
// A program.
#define WAYBILL_REQUIRE_PEER(name) WAYBILL_REQUIRE("peer", name, !::waybill::testing::find_program(name).empty())
// Python with modules: "jsonschema, yaml".
#define WAYBILL_REQUIRE_PYTHON(modules) \
  WAYBILL_REQUIRE("Python module", modules, ::waybill::testing::python_has(modules))
// What the system lets this process do, in words: "to mount a file system".
#define WAYBILL_REQUIRE_RIGHT(right, is_granted) WAYBILL_REQUIRE("right", right, is_granted)
// Test data that is not part of the repository.
#define WAYBILL_REQUIRE_SHARED(relative) \
  WAYBILL_REQUIRE("test data", relative, !::waybill::testing::shared_data(relative).empty())
