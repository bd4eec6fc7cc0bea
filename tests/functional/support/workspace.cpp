#include "tests/functional/support/workspace.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "core/digest.h"
#include "core/error.h"
#include "core/json/reader.h"

namespace fs = std::filesystem;

namespace waybill::testing {

Words as_nobody(const Words& command) {
  return joined({"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"}, command);
}

std::string Workspace::program() { return WAYBILL_PROGRAM; }

Environment Workspace::isolated_environment() const {
  Environment environment = isolated_git_environment();
  environment.insert({{"HOME", path("home")},
                      {"XDG_CACHE_HOME", path("home/cache")},
                      {"XDG_CONFIG_HOME", path("home/config")},
                      {"WAYBILL_PASSWORD", ""},
                      {"COSIGN_PASSWORD", ""},
                      {"SOURCE_DATE_EPOCH", ""},
                      {"NO_COLOR", ""}});
  return environment;
}

ProcessResult Workspace::execute(const Words& argv, const Environment& environment, const std::string& input) const {
  Environment all = isolated_environment();
  for (const auto& [name, value] : environment) all.insert_or_assign(name, value);
  return run(argv, {.input = input, .folder = folder().string(), .environment = std::move(all)});
}

std::unique_ptr<Background> Workspace::start(const Words& words) const {
  return std::make_unique<Background>(
      joined({program()}, words), path("log"),
      ProcessOptions{.input = {}, .folder = folder().string(), .environment = isolated_environment()});
}

ProcessResult Workspace::waybill(const Words& words, const Environment& environment, const std::string& input) const {
  return execute(joined({program()}, words), environment, input);
}

namespace {

// Runs its arguments and prints the most memory that they had.
constexpr const char* kPeakMemory = R"(
import os, sys
child = os.fork()
if child == 0:
    os.dup2(os.open('/dev/null', os.O_WRONLY), 1)
    os.execv(sys.argv[1], sys.argv[1:])
status, usage = os.wait4(child, 0)[1:]
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
)";

}  // namespace

std::uint64_t Workspace::peak_memory(const Words& words) const {
  const ProcessResult done = execute(joined({"python3", "-c", kPeakMemory, program()}, joined(words, {"-q"})));
  EXPECT_THAT(done, Exited(0)) << words[0];
  return done.exit_status == 0 ? std::stoull(done.out) : 0;
}

Value Workspace::waybill_json(Words words, const Environment& environment) const {
  words.insert(words.end(), {"--format", "json"});
  const ProcessResult done = waybill(words, environment);
  EXPECT_THAT(done, Exited(0));
  return done.exit_status == 0 ? parse_json(done.out) : Value();
}

void Workspace::make_key(const std::string& name) const {
  const ProcessResult made =
      execute({"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", name + ".key"});
  const ProcessResult shown = execute({"openssl", "pkey", "-in", name + ".key", "-pubout", "-out", name + ".pub"});
  if (made.exit_status != 0 || shown.exit_status != 0) throw std::runtime_error("openssl: " + made.err + shown.err);
}

GitRepository Workspace::make_repository(const std::string& name) const {
  return GitRepository::create_bare(folder() / name);
}

const Words& criteria() {
  static const Words kWords{"--service", "eks",      "--accelerator", "h100",       "--os",
                            "ubuntu",    "--intent", "training",      "--platform", "kubeflow"};
  return kWords;
}

const Words& other_criteria() {
  static const Words kWords{"--service", "eks",      "--accelerator", "gb200",      "--os",
                            "ubuntu",    "--intent", "inference",     "--platform", "dynamo"};
  return kWords;
}

Value parse_json(const std::string& text) {
  try {
    return json::parse(text, "output");
  } catch (const Error& error) {
    ADD_FAILURE() << error.message() << "\nin: " << text;
    return {};
  }
}

const Value& at(const Value& value, const std::string& dotted) {
  static const Value kNothing;
  const Value* here = &value;
  std::size_t start = 0;
  while (start <= dotted.size()) {
    const std::size_t end = std::min(dotted.find('.', start), dotted.size());
    here = here->find(dotted.substr(start, end - start));
    if (here == nullptr) {
      ADD_FAILURE() << "nothing at " << dotted;
      return kNothing;
    }
    start = end + 1;
  }
  return *here;
}

Words keys(const Value& value) {
  Words names;
  if (!value.is_map()) return names;
  for (const Value::Member& member : value.members()) names.push_back(member.key);
  std::sort(names.begin(), names.end());
  return names;
}

Snapshot snapshot(const fs::path& folder) {
  Snapshot files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    const auto mode = static_cast<unsigned>(entry.symlink_status().permissions());
    if (entry.is_regular_file()) {
      files[name] = fmt::format("{:o} {}", mode, sha256(read_file(entry.path())).to_string());
    } else if (!entry.is_directory()) {
      files[name] = "special";
    }
  }
  return files;
}

void flip_byte(const fs::path& file) {
  std::string bytes = read_file(file);
  if (bytes.empty()) throw std::runtime_error("nothing to flip in " + file.string());
  char& middle = bytes[bytes.size() / 2];
  middle = static_cast<char>(middle ^ 1);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace waybill::testing
