#include "tests/support/published_bundle.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <stdexcept>

#include "core/json/reader.h"

namespace waybill::testing {

Workplace::Workplace(std::string waybill) : waybill_(std::move(waybill)) {
  must({waybill_, "keygen", "--output-prefix", path("signer")});
}

std::string Workplace::strangers_key() const {
  const std::string key = path("stranger.key");
  if (!std::filesystem::exists(key)) must({waybill_, "keygen", "--output-prefix", path("stranger")});
  return key;
}

std::string Workplace::stranger() const {
  static_cast<void>(strangers_key());
  return path("stranger.pub");
}

ProcessResult Workplace::run(const std::vector<std::string>& command, std::string input) const {
  const std::string home = folder_.path().string();
  return testing::run(command, {.input = std::move(input),
                                .folder = home,
                                .environment = {{"HOME", home},
                                                {"XDG_CONFIG_HOME", home},
                                                {"XDG_CACHE_HOME", path("cache")},
                                                {"DOCKER_CONFIG", home},
                                                {"GIT_CONFIG_GLOBAL", "/dev/null"},
                                                {"GIT_CONFIG_NOSYSTEM", "1"},
                                                {"SOURCE_DATE_EPOCH", ""},
                                                {"WAYBILL_PASSWORD", ""},
                                                {"COSIGN_PASSWORD", "pass phrase"}}});
}

ProcessResult Workplace::waybill(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), waybill_);
  return run(arguments);
}

std::string Workplace::must(std::vector<std::string> command, std::string input) const {
  ProcessResult result = run(command, std::move(input));
  if (result.exit_status != 0) {
    throw std::runtime_error(
        fmt::format("{}: exit status {}\n{}{}", fmt::join(command, " "), result.exit_status, result.out, result.err));
  }
  if (result.out.ends_with('\n')) result.out.pop_back();
  return std::move(result.out);
}

Value Workplace::ask(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), waybill_);
  arguments.insert(arguments.end(), {"--format", "json"});
  return json::parse(must(std::move(arguments)), "the program's answer");
}

Value Workplace::publish(const std::vector<std::string>& to) const {
  std::vector<std::string> command{"publish",  "--service", "eks",        "--accelerator", "gb200",
                                   "--os",     "ubuntu",    "--intent",   "training",      "--platform",
                                   "kubeflow", "--key",     signing_key()};
  command.insert(command.end(), to.begin(), to.end());
  return ask(std::move(command));
}

ProcessResult Workplace::cosign(const std::string& command, const std::string& key,
                                const std::vector<std::string>& arguments, const std::string& program) const {
  std::vector<std::string> whole{program, command, "--key", key, "--insecure-ignore-tlog=true"};
  if (!command.starts_with("verify-blob")) whole.emplace_back("--allow-http-registry");
  whole.insert(whole.end(), arguments.begin(), arguments.end());
  return run(whole);
}

void Workplace::make_index(const std::string& repository, const std::string& tag) const {
  const std::string layer = path("layer.tar");
  must({"tar", "-cf", layer, "-C", path(""), "signer.pub"});
  std::vector<std::string> build{"crane", "index", "append", "-t", repository + ":" + tag};
  for (const std::string platform : {"amd64", "arm64"}) {
    const std::string image = repository + ":" + platform;
    must({"crane", "append", "--platform", "linux/" + platform, "--new_layer", layer, "--new_tag", image});
    must({"crane", "mutate", image, "--set-platform", "linux/" + platform});
    build.insert(build.end(), {"-m", image});
  }
  must(std::move(build));
}

PublishedBundle::PublishedBundle(RegistryKind kind, std::string waybill)
    : place_(std::move(waybill)), server_(kind), result_(place_.publish({"--output", "oci://" + reference()})) {}

}  // namespace waybill::testing
