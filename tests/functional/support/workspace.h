#pragma once
// The fixture of all functional tests: an empty folder of its own, an environment that knows nothing of the user's, and
// the built program.
//
//   class Manners : public Workspace {};
//   TEST_F(Manners, …) { const ProcessResult done = waybill({"recipe", "--service", "eks"}); }
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "core/file_system.h"
#include "core/value.h"
#include "tests/support/git_repository.h"
#include "tests/support/process.h"

namespace waybill::testing {

using Environment = std::map<std::string, std::string>;

// The command as a user without rights, through setpriv.
[[nodiscard]] Words as_nobody(const Words& command);

class Workspace : public ::testing::Test {
 protected:
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_.path(); }
  [[nodiscard]] std::string path(const std::string& relative) const { return (folder() / relative).string(); }
  // The program's own path, for tests that start it through another one.
  [[nodiscard]] static std::string program();

  // Runs the program in the workspace's folder. `environment` comes on top of the isolated one.
  [[nodiscard]] ProcessResult waybill(const Words& words, const Environment& environment = {},
                                      const std::string& input = {}) const;
  // Starts it there in the background; both its outputs go to the file "log".
  [[nodiscard]] std::unique_ptr<Background> start(const Words& words) const;
  // Runs the program there with -q, expects success, and tells the most memory that it had, in KiB. Needs Python.
  [[nodiscard]] std::uint64_t peak_memory(const Words& words) const;
  // Runs any other program there.
  [[nodiscard]] ProcessResult execute(const Words& argv, const Environment& environment = {},
                                      const std::string& input = {}) const;
  // A home, a cache and a git identity inside the workspace, no configuration of anybody else's.
  [[nodiscard]] Environment isolated_environment() const;

  // Runs the program, expects success, and reads its standard output as one JSON document.
  [[nodiscard]] Value waybill_json(Words words, const Environment& environment = {}) const;

  // An unencrypted PKCS#8 key pair NAME.key and NAME.pub, made by openssl: opening it costs nothing.
  void make_key(const std::string& name = "k") const;
  GitRepository make_repository(const std::string& name = "remote.git") const;

 private:
  TemporaryFolder folder_;
};

// What the tests publish: small enough to be quick, large enough to have manifests and two waves.
[[nodiscard]] const Words& criteria();
// Another target of the catalogue, which shares most components with the first.
[[nodiscard]] const Words& other_criteria();

// Strictly, as one document; a failed expectation and null when it is none.
[[nodiscard]] Value parse_json(const std::string& text);
// The value at a path of keys, "git.commit", inside `value`; a failed expectation and null when there is none.
[[nodiscard]] const Value& at(const Value& value, const std::string& dotted);
// The keys of a map, in byte order.
[[nodiscard]] Words keys(const Value& value);

// Every file below a folder: its path, permission bits, and digest of its bytes. Equal snapshots, equal folders.
using Snapshot = std::map<std::string, std::string>;
[[nodiscard]] Snapshot snapshot(const std::filesystem::path& folder);
// Changes one byte in the middle of a file.
void flip_byte(const std::filesystem::path& file);

// How gtest shows a result in a failure.
inline void PrintTo(const ProcessResult& result, std::ostream* stream) {
  *stream << "a process that exited with " << result.exit_status;
}

MATCHER_P(Exited, status, "") {
  *result_listener << "\nstdout: " << arg.out << "\nstderr: " << arg.err;
  return arg.exit_status == status;
}

}  // namespace waybill::testing
