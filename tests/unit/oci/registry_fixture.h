#pragma once
// What the tests of Registry share: a fake registry and one of ours that speaks to it.
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "oci/attach.h"
#include "oci/pack.h"
#include "oci/registry.h"
#include "tests/support/fake_registry.h"
#include "tests/support/thrown_error.h"

namespace waybill::oci {

// A registry object whose waiting takes no time but is written down.
struct Fixture {
  using Adjust = std::function<void(RegistryOptions&)>;

  testing::FakeRegistry fake;
  std::optional<Credentials> credentials;
  std::vector<std::chrono::milliseconds> waits;
  std::chrono::system_clock::time_point now{std::chrono::seconds(1'000'000'000)};
  std::unique_ptr<Registry> registry;

  explicit Fixture(testing::FakeRegistrySwitches switches = {}, std::optional<Credentials> credentials_ = std::nullopt,
                   const Adjust& adjust = {})
      : fake(std::move(switches)), credentials(std::move(credentials_)), registry(open("team/app", adjust)) {}

  // Another one for the same fake.
  [[nodiscard]] std::unique_ptr<Registry> open(const std::string& repository, const Adjust& adjust = {}) {
    RegistryOptions options;
    if (credentials) options.credentials = credentials->copy();
    options.environment.variable = [](const std::string&) { return std::nullopt; };
    options.clock = {[this] { return now; }, [this](std::chrono::milliseconds duration) { waits.push_back(duration); },
                     [] { return 0.5; }};
    if (adjust) adjust(options);
    return std::make_unique<Registry>(Reference::parse(fake.host() + "/" + repository), std::move(options));
  }
};

inline Packed small_bundle() {
  FileTree tree;
  tree.add(RelPath::parse("recipe.yaml"), "kind: Recipe\n");
  return pack_tree(tree, {});
}

inline Credentials user_and_password() { return {"robot", SecretBytes::copy_of("s3cr3t-word"), {}, {}}; }

using testing::error_of;

inline Attachment note(const std::string& text) {
  return {.artifact_type = "application/vnd.test", .layers = {{"text/plain", text, {}}}};
}

}  // namespace waybill::oci
