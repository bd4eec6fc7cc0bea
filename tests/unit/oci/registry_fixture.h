#pragma once
// What the tests of Registry share: a fake registry and one of ours that speaks to it.
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/file_system.h"
#include "oci/attach.h"
#include "oci/layout.h"
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

// A layout that holds it.
struct BundleLayout {
  TemporaryFolder folder;
  std::unique_ptr<Layout> layout = Layout::open_or_create(folder.path() / "layout");
  Packed packed = small_bundle();

  BundleLayout() { push(*layout, packed); }
};

// What was asked or sent about manifests, as "HEAD 1.0".
inline std::vector<std::string> asked_of_manifests(Fixture& fixture) {
  constexpr std::string_view kMarker = "/manifests/";
  std::vector<std::string> result;
  for (const auto& request : fixture.fake.server().requests()) {
    const std::size_t at = request.path().find(kMarker);
    if (at != std::string::npos) result.push_back(request.method + " " + request.path().substr(at + kMarker.size()));
  }
  return result;
}

inline Credentials user_and_password() { return {"robot", SecretBytes::copy_of("s3cr3t-word"), {}, {}}; }

using testing::error_of;

inline Attachment note(const std::string& text) {
  return {.artifact_type = "application/vnd.test", .layers = {{"text/plain", text, {}}}};
}

}  // namespace waybill::oci
