// What our copies are to other people's programs, and what their copies are to us: no digest changes, and signatures
// verify wherever they were carried.
#include <gmock/gmock.h>

#include "core/archive.h"
#include "tests/interop/publish_suite.h"

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;

class PublishCopy : public PublishedSuite {
 protected:
  void SetUp() override {
    PublishedSuite::SetUp();
    if (IsSkipped()) return;
    // Each test has its names for itself: the place is shared.
    name_ = std::string(::testing::UnitTest::GetInstance()->current_test_info()->name());
    for (char& c : name_) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '/' ? '-' : c;
  }
  [[nodiscard]] std::string file(const std::string& suffix) const { return name_ + suffix; }
  [[nodiscard]] std::string repository() const { return another(name_); }
  void copy(const std::string& from, const std::string& to) const {
    const ProcessResult done = place().waybill({"copy", from, to});
    ASSERT_EQ(done.exit_status, 0) << done.err;
  }
  [[nodiscard]] std::string digest_of(const std::string& target) const {
    return place().ask({"inspect", target}).text_or("digest", {});
  }
  // An image for each of two platforms and an index of them, made by crane; its digest.
  [[nodiscard]] std::string index_by_crane(const std::string& reference) const {
    StringSink sink;
    FileTree tree;
    tree.add(RelPath::parse("hello.txt"), "hello\n");
    write_tar(tree, sink);
    write_file(place().path(file(".layer.tar")), sink.text(), Overwrite::Yes);
    std::vector<std::string> append{"crane", "index", "append", "--insecure", "--tag", reference};
    for (const char* platform : {"amd64", "arm64"}) {
      const std::string image = repository() + ":" + platform;
      place().must(
          {"crane", "append", "--insecure", "--oci-empty-base", "--new_layer", file(".layer.tar"), "--new_tag", image});
      place().must(
          {"crane", "mutate", "--insecure", "--set-platform", std::string("linux/") + platform, image, "--tag", image});
      append.insert(append.end(), {"--manifest", image});
    }
    place().must(std::move(append));
    return place().must({"crane", "digest", "--insecure", reference});
  }

  std::string name_;
};

TEST_P(PublishCopy, SkopeoReadsOurArchiveAndWeReadSkopeos) {
  WAYBILL_REQUIRE_PEER("skopeo");
  copy("oci://" + reference(), "oci-archive:" + file(".tar"));
  place().must({"skopeo", "copy", "oci-archive:" + file(".tar") + ":v1", "oci-archive:" + file(".skopeo.tar") + ":v1"});
  EXPECT_EQ(digest_of("oci-archive:" + file(".skopeo.tar")), digest());
  copy("oci-archive:" + file(".skopeo.tar"), "oci://" + repository());
  EXPECT_EQ(digest_of("oci://" + repository() + ":v1"), digest());
}

TEST_P(PublishCopy, OrasReadsOurArchiveWithItsReferrers) {
  WAYBILL_REQUIRE_PEER("oras");
  copy("oci://" + reference(), "oci-archive:" + file(".tar"));
  EXPECT_EQ(place().must({"oras", "resolve", "--oci-layout", file(".tar") + ":v1"}), digest());
  place().must({"oras", "cp", "--recursive", "--from-oci-layout", "--to-plain-http", file(".tar") + ":v1",
                repository() + ":v1"});
  const std::size_t referrers = place().ask({"inspect", "oci://" + reference()}).find("referrers")->items().size();
  EXPECT_GT(referrers, 3U);
  EXPECT_EQ(place().ask({"inspect", "oci://" + repository() + ":v1"}).find("referrers")->items().size(), referrers);
}

TEST_P(PublishCopy, RegctlReadsOurArchive) {
  WAYBILL_REQUIRE_PEER("regctl");
  const std::string crane_index = index_by_crane(repository() + ":multi");
  copy("oci://" + repository() + ":multi", "oci-archive:" + file(".tar"));
  place().must({"regctl", "--host", "reg=" + bundle().host() + ",tls=disabled", "image", "import",
                repository() + "/imported:multi", file(".tar")});
  EXPECT_EQ(digest_of("oci://" + repository() + "/imported:multi"), crane_index);
}

TEST_P(PublishCopy, CosignVerifiesWhatWentThroughAnArchive) {
  WAYBILL_REQUIRE_PEER("cosign");
  copy("oci://" + reference(), "oci-archive:" + file(".tar.zst"));
  copy("oci-archive:" + file(".tar.zst"), "oci-layout:" + file(".layout"));
  copy("oci-archive:" + file(".tar.zst"), "oci://" + repository());
  for (const char* form : {"--new-bundle-format=true", "--new-bundle-format=false"}) {
    const ProcessResult there = place().cosign("verify", place().signer(), {form, repository() + ":v1"});
    EXPECT_EQ(there.exit_status, 0) << form << there.err;
  }
  const ProcessResult attested =
      place().cosign("verify-attestation", place().signer(), {"--type", "spdxjson", repository() + ":v1"});
  EXPECT_EQ(attested.exit_status, 0) << attested.err;
  const ProcessResult local =
      place().cosign("verify", place().signer(), {"--local-image", place().path(file(".layout"))});
  EXPECT_EQ(local.exit_status, 0) << local.err;
}

TEST_P(PublishCopy, AnIndexOfCraneKeepsEveryByte) {
  WAYBILL_REQUIRE_PEER("crane");
  const std::string index = index_by_crane(repository() + ":multi");
  copy("oci://" + repository() + ":multi", "oci-archive:" + file(".tar"));
  copy("oci-archive:" + file(".tar"), "oci://" + repository() + "/mirror:multi");
  EXPECT_EQ(place().must({"crane", "digest", "--insecure", repository() + "/mirror:multi"}), index);
  place().must({"crane", "validate", "--insecure", "--remote", repository() + "/mirror:multi"});
  const ProcessResult one = place().waybill(
      {"copy", "oci-archive:" + file(".tar"), "oci://" + repository() + "/one:arm", "--platform", "linux/arm64"});
  ASSERT_EQ(one.exit_status, 0) << one.err;
  EXPECT_EQ(place().must({"crane", "digest", "--insecure", repository() + "/one:arm"}),
            place().must({"crane", "digest", "--insecure", "--platform", "linux/arm64", repository() + ":multi"}));
}

TEST_P(PublishCopy, DockersToolsLoadASingleImage) {
  WAYBILL_REQUIRE_PEER("crane");
  WAYBILL_REQUIRE_PEER("skopeo");
  static_cast<void>(index_by_crane(repository() + ":multi"));
  const std::string image = repository() + ":amd64";
  copy("oci://" + image, "oci-archive:" + file(".tar"));
  place().must({"crane", "validate", "--tarball", file(".tar")});
  EXPECT_THAT(place().must({"skopeo", "inspect", "docker-archive:" + file(".tar") + ":" + image}), HasSubstr("amd64"));
}

TEST_P(PublishCopy, WhatSkopeoAndCraneSaveForDockerIsRead) {
  WAYBILL_REQUIRE_PEER("crane");
  WAYBILL_REQUIRE_PEER("skopeo");
  static_cast<void>(index_by_crane(repository() + ":multi"));
  const std::string image = repository() + ":amd64";
  const std::string config =
      place().ask({"inspect", "oci://" + image}).find("manifest")->find("config")->text_or("digest", {});
  place().must({"skopeo", "copy", "--src-tls-verify=false", "docker://" + image,
                "docker-archive:" + file(".skopeo.tar") + ":" + image});
  place().must({"crane", "pull", "--insecure", "--format", "tarball", image, file(".crane.tar")});
  for (const std::string& saved : {file(".skopeo.tar"), file(".crane.tar")}) {
    copy("docker-archive:" + saved, "oci-layout:" + saved + ".layout");
    const Value seen = place().ask({"inspect", "oci-layout:" + saved + ".layout"});
    EXPECT_EQ(seen.find("manifest")->find("config")->text_or("digest", {}), config) << saved;
    place().must({"skopeo", "inspect", "oci:" + saved + ".layout:amd64"});
    place().must({"skopeo", "copy", "oci:" + saved + ".layout:amd64", "dir:" + saved + ".dir"});
  }
}

TEST_P(PublishCopy, AHelmChartTravels) {
  WAYBILL_REQUIRE_PEER("helm");
  place().must({"helm", "create", file("-chart")});
  place().must({"helm", "package", file("-chart"), "--version", "1.2.3"});
  place().must({"helm", "push", "--plain-http", file("-chart") + "-1.2.3.tgz", "oci://" + repository()});
  const std::string chart = repository() + "/" + file("-chart") + ":1.2.3";
  const ProcessResult seen = place().waybill({"inspect", "oci://" + chart});
  EXPECT_THAT(seen.out, HasSubstr("chart          " + file("-chart") + " 1.2.3"));
  copy("oci://" + chart, "oci-archive:" + file(".tar"));
  copy("oci-archive:" + file(".tar"), "oci://" + repository() + "/mirror/" + file("-chart"));
  place().must({"helm", "pull", "--plain-http", "oci://" + repository() + "/mirror/" + file("-chart"), "--version",
                "1.2.3", "--destination", "."});
}

WAYBILL_WITH_BOTH_REGISTRIES(PublishCopy);

}  // namespace
}  // namespace waybill::testing
