#pragma once
// A bundle that the built program published, and how to let other programs look at it. Whoever uses it is linked with
// WAYBILL_PROGRAM (the built program) defined: see tests/interop/CMakeLists.txt.
#include <string>
#include <vector>

#include "core/file_system.h"
#include "core/value.h"
#include "tests/support/process.h"
#include "tests/support/registry_server.h"

namespace waybill::testing {

// A folder of its own that is also the home of every program run in it: nothing that the machine's user has configured
// decides here. Holds the key pair that signs, and on demand one that nobody trusts.
class Workplace {
 public:
  explicit Workplace(std::string waybill);

  [[nodiscard]] std::string path(std::string_view name) const { return (folder_.path() / name).string(); }
  [[nodiscard]] std::string signer() const { return path("signer.pub"); }
  [[nodiscard]] std::string signing_key() const { return path("signer.key"); }
  [[nodiscard]] std::string stranger() const;
  [[nodiscard]] std::string strangers_key() const;

  // Runs a program here; the password of the keys is in its environment.
  [[nodiscard]] ProcessResult run(const std::vector<std::string>& command, std::string input = {}) const;
  [[nodiscard]] ProcessResult waybill(std::vector<std::string> arguments) const;
  // Standard output of what must succeed, without the last line's end; throws std::runtime_error with all that it
  // wrote.
  std::string must(std::vector<std::string> command, std::string input = {}) const;
  // The same for our program with --format json.
  Value ask(std::vector<std::string> arguments) const;

  // 'publish' for EKS, GB200, Ubuntu, training with Kubeflow Trainer, signed by `signer`; `to` names the places.
  // Returns what it says in JSON.
  Value publish(const std::vector<std::string>& to) const;

  // 'cosign COMMAND' that trusts the key file alone: no transparency log, registries on this machine without TLS.
  // `program`: which of its versions.
  [[nodiscard]] ProcessResult cosign(const std::string& command, const std::string& key,
                                     const std::vector<std::string>& arguments,
                                     const std::string& program = "cosign") const;
  // Builds REPOSITORY:TAG with crane: an index of two images, REPOSITORY:amd64 and :arm64, whose layer holds `signer`.
  void make_index(const std::string& repository, const std::string& tag) const;

 private:
  TemporaryFolder folder_;
  std::string waybill_;
};

// Published once to a registry of its own.
class PublishedBundle {
 public:
  PublishedBundle(RegistryKind kind, std::string waybill);

  [[nodiscard]] const Workplace& place() const noexcept { return place_; }
  [[nodiscard]] const std::string& host() const noexcept { return server_.host(); }
  [[nodiscard]] std::string reference() const { return host() + "/gpu/bundle:v1"; }
  [[nodiscard]] std::string repository() const { return host() + "/gpu/bundle"; }
  [[nodiscard]] const Value& result() const noexcept { return result_; }
  [[nodiscard]] std::string digest() const { return result_.find("oci")->text_or("digest", {}); }

 private:
  Workplace place_;
  RegistryServer server_;
  Value result_;
};

}  // namespace waybill::testing
