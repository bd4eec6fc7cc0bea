#pragma once
// What the suites about published bundles share: the bundle is published once a process and a kind of registry.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "tests/support/published_bundle.h"

namespace waybill::testing {

class PublishedSuite : public ::testing::TestWithParam<RegistryKind> {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER(registry_program(GetParam()));
    std::unique_ptr<PublishedBundle>& bundle = bundles().at(static_cast<std::size_t>(GetParam()));
    if (!bundle) bundle = std::make_unique<PublishedBundle>(GetParam(), WAYBILL_PROGRAM);
    bundle_ = bundle.get();
  }
  static void TearDownTestSuite() {
    for (auto& bundle : bundles()) bundle.reset();
  }

  [[nodiscard]] const PublishedBundle& bundle() const { return *bundle_; }
  [[nodiscard]] const Workplace& place() const { return bundle_->place(); }
  [[nodiscard]] std::string reference() const { return bundle_->reference(); }
  [[nodiscard]] std::string digest() const { return bundle_->digest(); }
  // A place in the same registry that nobody has used.
  [[nodiscard]] std::string another(const std::string& name) const { return bundle_->host() + "/another/" + name; }

 private:
  static std::array<std::unique_ptr<PublishedBundle>, 2>& bundles() {
    static std::array<std::unique_ptr<PublishedBundle>, 2> all;
    return all;
  }
  PublishedBundle* bundle_ = nullptr;
};

// Names the kind of registry in the names of tests.
[[nodiscard]] inline std::string kind_name(const ::testing::TestParamInfo<RegistryKind>& info) {
  return info.param == RegistryKind::FallbackTag ? "DockerRegistry" : "ReferrersApi";
}

}  // namespace waybill::testing

// Runs every test of the suite with both kinds of registry.
#define WAYBILL_WITH_BOTH_REGISTRIES(suite)                                                   \
  INSTANTIATE_TEST_SUITE_P(Registry, suite,                                                   \
                           ::testing::Values(::waybill::testing::RegistryKind::FallbackTag,   \
                                             ::waybill::testing::RegistryKind::ReferrersApi), \
                           ::waybill::testing::kind_name)
