// Every flow of the built program with every registry that can be had: push, pull, copy in both directions, list, tag,
// delete, referrers, and signatures that are verified after copies.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <ostream>

#include "core/file_system.h"
#include "core/json/reader.h"
#include "oci/attach.h"
#include "oci/layout.h"
#include "oci/manifest.h"
#include "oci/media_types.h"
#include "tests/support/gitea_server.h"
#include "tests/support/published_bundle.h"

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Content named by SHA-512 that a registry takes.
enum class TakesSha512 : std::uint8_t { Nothing, Blobs, All };

struct Peer {
  const char* name;
  std::optional<RegistryKind> kind;  // none: Gitea's registry
  TakesSha512 sha512;
};
constexpr Peer kRefreg{"Refreg", RegistryKind::ReferrersApi, TakesSha512::Nothing};
constexpr std::array kPeers{Peer{"DockerRegistry", RegistryKind::FallbackTag, TakesSha512::Blobs}, kRefreg,
                            Peer{"Distribution3", RegistryKind::Distribution3, TakesSha512::Blobs},
                            Peer{"Gitea", std::nullopt, TakesSha512::Nothing}};

void PrintTo(const Peer& peer, std::ostream* out) { *out << peer.name; }

class PublishFlows : public ::testing::TestWithParam<Peer> {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("docker-registry");
    const std::optional<RegistryKind>& kind = GetParam().kind;
    if (!kind) {
      WAYBILL_REQUIRE_PEER("gitea");
      forge_ = std::make_unique<GiteaServer>(folder_.path() / "gitea");
      host_ = forge_->url().substr(std::string("http://").size());
      place_.must({WAYBILL_PROGRAM, "login", host_, "--username", "owner", "--password-stdin"}, forge_->token());
    } else {
      WAYBILL_REQUIRE_PEER(registry_program(*kind));
      server_ = std::make_unique<RegistryServer>(*kind);
      host_ = server_->host();
    }
    other_ = std::make_unique<RegistryServer>(RegistryKind::FallbackTag);
  }

  // Gitea keeps packages by owner.
  [[nodiscard]] std::string there(const std::string& name) const {
    return fmt::format("oci://{}/owner/{}", host_, name);
  }
  [[nodiscard]] std::string elsewhere(const std::string& name) const { return other_->target("mirror/" + name); }
  [[nodiscard]] std::string digest_of(const std::string& target) const {
    return place_.ask({"inspect", target}).text_or("digest", {});
  }
  [[nodiscard]] Words tags_of(const std::string& target) const {
    Words tags;
    const Value listed = place_.ask({"list", target});
    for (const Value& tag : listed.find("tags")->items()) tags.push_back(tag.as_string());
    return tags;
  }
  void expect(int status, const Words& command) const {
    const ProcessResult done = place_.waybill(command);
    EXPECT_EQ(done.exit_status, status) << ::testing::PrintToString(command) << '\n' << done.err;
  }
  // oci-layout:images with `large`, whose layer goes up in two chunks, and `multi`, an index of two with a note on one.
  void make_images() const {
    const auto layout = oci::Layout::open_or_create(place_.path("images"));
    const auto image = [&](const std::string& architecture, const std::string& content) {
      const oci::ImageManifest manifest{
          std::string(oci::media_type::kImageManifest),
          {},
          oci::push_bytes(*layout, fmt::format(R"({{"os":"linux","architecture":"{}"}})", architecture),
                          oci::media_type::kImageConfig),
          {oci::push_bytes(*layout, content, oci::media_type::kLayerTar)},
          {},
          {}};
      const std::string bytes = oci::to_bytes(manifest);
      oci::push_manifest(*layout, bytes, oci::media_type::kImageManifest);
      oci::Descriptor described = oci::describe(bytes, oci::media_type::kImageManifest);
      described.other = Value::map({{"platform", Value::map({{"architecture", architecture}, {"os", "linux"}})}});
      return described;
    };
    std::string noise(std::size_t{20} << 20, '\0');
    for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<char>((i * i) >> 11U);
    layout->tag(image("amd64", noise), "large", oci::ForceTag::No);
    const oci::ImageIndex index{std::string(oci::media_type::kImageIndex),
                                {},
                                {image("amd64", "for amd64"), image("arm64", "for arm64")},
                                {},
                                {}};
    oci::attach(*layout, index.manifests[1],
                {"application/vnd.waybill.test.note", {{"text/plain", "a note", {}}}, {}, 0});
    const std::string bytes = oci::to_bytes(index);
    oci::push_manifest(*layout, bytes, oci::media_type::kImageIndex);
    layout->tag(oci::describe(bytes, oci::media_type::kImageIndex), "multi", oci::ForceTag::No);
  }

  TemporaryFolder folder_;
  Workplace place_{WAYBILL_PROGRAM};
  std::unique_ptr<GiteaServer> forge_;
  std::unique_ptr<RegistryServer> server_;
  std::unique_ptr<RegistryServer> other_;
  std::string host_;
};

TEST_P(PublishFlows, PushAndPullKeepEveryByteAndChangeNothingTwice) {
  make_images();
  for (const std::string tag : {"large", "multi"}) {
    const std::string from = "oci-layout:images:" + tag;
    EXPECT_TRUE(place_.ask({"push", from, there("app:" + tag)}).find("changed")->as_bool());
    EXPECT_FALSE(place_.ask({"push", from, there("app:" + tag)}).find("changed")->as_bool());
    expect(0, {"pull", there("app:" + tag), "--output", "oci-layout:back-" + tag});
    expect(0, {"copy", from, "oci-layout:expected-" + tag});
    EXPECT_EQ(read_folder(place_.path("back-" + tag)), read_folder(place_.path("expected-" + tag))) << tag;
    expect(0, {"copy", there("app:" + tag), fmt::format("oci-archive:{}.tar", tag)});
    EXPECT_EQ(digest_of(fmt::format("oci-archive:{}.tar:{}", tag, tag)), digest_of(from));
  }
  expect(0, {"copy", there("app:multi"), "--platform", "linux/arm64", "oci-layout:one:arm64"});
  EXPECT_EQ(place_.ask({"inspect", "oci-layout:one:arm64"}).find("referrers")->items().size(), 1U);
}

TEST_P(PublishFlows, CopiesGoInBothDirections) {
  make_images();
  for (const std::string tag : {"large", "multi"}) {
    expect(0, {"push", "oci-layout:images:" + tag, there("app:" + tag)});
    expect(0, {"copy", there("app:" + tag), there("again:" + tag)});
    expect(0, {"copy", there("again:" + tag), elsewhere("app:" + tag)});
    expect(0, {"copy", elsewhere("app:" + tag), there("back:" + tag)});
    expect(0, {"save", "--output", "set-" + tag, there("back:" + tag)});
    expect(0, {"load", "set-" + tag, there("loaded")});
    expect(0, {"copy", there("loaded:" + tag), "oci-layout:end-" + tag});
    expect(0, {"copy", "oci-layout:images:" + tag, "oci-layout:expected-" + tag});
    EXPECT_EQ(read_folder(place_.path("end-" + tag)), read_folder(place_.path("expected-" + tag))) << tag;
  }
}

TEST_P(PublishFlows, TagsAreListedGivenKeptAndTakenAway) {
  make_images();
  const std::string digest = digest_of("oci-layout:images:large");
  expect(0, {"push", "oci-layout:images:large", there("app:large")});
  expect(0, {"tag", there("app:large"), "stable"});
  expect(0, {"push", "oci-layout:images:multi", there("app:multi")});
  EXPECT_EQ(tags_of(there("app")), (Words{"large", "multi", "stable"}));
  expect(9, {"push", "oci-layout:images:multi", there("app:stable")});
  EXPECT_EQ(digest_of(there("app:stable")), digest);
  expect(0, {"push", "oci-layout:images:multi", there("app:stable"), "--force-tag"});
  EXPECT_EQ(digest_of(there("app:stable")), digest_of("oci-layout:images:multi"));
  EXPECT_EQ(digest_of(there("app@" + digest)), digest);
  expect(0, {"delete", there("app@" + digest), "--yes", "--force"});
  expect(3, {"inspect", there("app:large")});
  // Refreg goes on listing the name.
  const auto left = [&](Words tags) {
    if (GetParam().kind == kRefreg.kind) tags.insert(tags.begin(), "large");
    return tags;
  };
  EXPECT_EQ(tags_of(there("app")), left({"multi", "stable"}));
  // A tag alone, where the registry can do that.
  const ProcessResult untagged = place_.waybill({"delete", there("app:stable"), "--yes"});
  if (untagged.exit_status == 0) {
    EXPECT_EQ(tags_of(there("app")), left({"multi"}));
  } else {
    EXPECT_EQ(untagged.exit_status, 9) << untagged.err;
    EXPECT_EQ(tags_of(there("app")), left({"multi", "stable"}));
  }
  expect(3, {"inspect", there("app:none")});
}

TEST_P(PublishFlows, SignaturesAndStatementsAreVerifiedAfterCopies) {
  expect(0, {"bundle", "--service", "eks", "--output", "bundle"});
  expect(0, {"push", "bundle", there("bundle:v1")});
  expect(4, {"verify", there("bundle:v1"), "--key", place_.signer()});
  expect(0, {"sign", there("bundle:v1"), "--key", place_.signing_key()});
  expect(0, {"sign", there("bundle:v1"), "--key", place_.strangers_key()});
  write_file(place_.path("note.json"), R"({"reviewed":true})", Overwrite::No);
  expect(0, {"attest", there("bundle:v1"), "--key", place_.signing_key(), "--predicate", "note.json", "--type",
             "https://example.org/review/v1"});
  expect(0, {"copy", there("bundle:v1"), there("again:v1")});
  expect(0, {"copy", there("bundle:v1"), elsewhere("bundle:v1")});
  expect(0, {"copy", elsewhere("bundle:v1"), there("back:v1")});
  const std::size_t referrers = place_.ask({"inspect", there("bundle:v1")}).find("referrers")->items().size();
  EXPECT_GE(referrers, 4U);
  for (const std::string& target : {there("bundle:v1"), there("again:v1"), elsewhere("bundle:v1"), there("back:v1")}) {
    expect(0, {"verify", target, "--key", place_.signer()});
    expect(0, {"verify", target, "--key", place_.stranger()});
    expect(0, {"verify-attestation", target, "--key", place_.signer(), "--type", "https://example.org/review/v1"});
    EXPECT_EQ(place_.ask({"inspect", target}).find("referrers")->items().size(), referrers) << target;
  }
}

// Its config and layers are named by SHA-512, the manifest by that or by SHA-256.
TEST_P(PublishFlows, WhatIsNamedBySha512ArrivesUnderItsNameOrIsRefusedInWords) {
  const auto layout = oci::Layout::open_or_create(place_.path("images"));
  const auto add = [&](DigestAlgorithm algorithm, const std::string& bytes, std::string_view type) {
    oci::Descriptor described = oci::describe(bytes, type, algorithm);
    if (oci::is_manifest_type(type)) {
      static_cast<void>(layout->push_manifest({described, bytes}));
    } else {
      static_cast<void>(layout->push_blob(described, oci::opener(bytes)));
    }
    return described;
  };
  const oci::ImageManifest image{
      std::string(oci::media_type::kImageManifest),
      {},
      add(DigestAlgorithm::Sha512, R"({"os":"linux","architecture":"amd64"})", oci::media_type::kImageConfig),
      {add(DigestAlgorithm::Sha512, "a layer", oci::media_type::kLayerTar)},
      {},
      {}};
  for (const auto& [algorithm, tag] :
       {std::pair(DigestAlgorithm::Sha256, "blobs"), std::pair(DigestAlgorithm::Sha512, "all")}) {
    const oci::Descriptor manifest = add(algorithm, oci::to_bytes(image), oci::media_type::kImageManifest);
    layout->tag(manifest, tag, oci::ForceTag::No);
    const std::string from = fmt::format("oci-layout:images:{}", tag);
    const std::string by_digest = there("long@" + manifest.digest.to_string());
    const TakesSha512 needed = algorithm == DigestAlgorithm::Sha256 ? TakesSha512::Blobs : TakesSha512::All;
    const ProcessResult pushed = place_.waybill({"push", from, there(fmt::format("long:{}", tag))});
    if (GetParam().sha512 < needed) {
      EXPECT_EQ(pushed.exit_status, 2) << tag;
      EXPECT_THAT(pushed.err, AllOf(HasSubstr("sha512:"), HasSubstr("not every registry takes"))) << tag;
      expect(3, {"inspect", there(fmt::format("long:{}", tag))});
      expect(3, {"inspect", by_digest});
      continue;
    }
    EXPECT_EQ(pushed.exit_status, 0) << tag << '\n' << pushed.err;
    expect(0, {"copy", by_digest, fmt::format("oci-layout:back-{}:{}", tag, tag)});
    expect(0, {"copy", from, fmt::format("oci-layout:expected-{}", tag)});
    EXPECT_EQ(read_folder(place_.path(fmt::format("back-{}", tag))),
              read_folder(place_.path(fmt::format("expected-{}", tag))))
        << tag;
  }
}

INSTANTIATE_TEST_SUITE_P(Registry, PublishFlows, ::testing::ValuesIn(kPeers),
                         [](const auto& peer) { return std::string(peer.param.name); });

}  // namespace
}  // namespace waybill::testing
