// What push, pull and copy do with unusual content and with targets that take no more.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include "core/digest.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/fake_registry.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kManifest = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kIndex = "application/vnd.oci.image.index.v1+json";
constexpr const char* kLayer = "application/vnd.oci.image.layer.v1.tar";
constexpr const char* kEmpty = "application/vnd.oci.empty.v1+json";

class Transfer : public Workspace {
 protected:
  std::string blob(const std::string& bytes, const std::string& type, const std::string& more = {}) {
    return descriptor(type, source_.add_blob("team/image", bytes), bytes.size(), more);
  }
  static std::string descriptor(const std::string& type, const std::string& digest, std::uint64_t size,
                                const std::string& more = {}) {
    return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}{}}})", type, digest, size, more);
  }
  // A manifest under a tag, or none; its descriptor.
  std::string manifest(const std::string& type, const std::string& members, const std::string& tag = {}) {
    const std::string bytes = fmt::format(R"({{"schemaVersion":2,"mediaType":"{}",{}}})", type, members);
    return descriptor(type, source_.add_manifest("team/image", type, bytes, tag), bytes.size());
  }
  // Named by SHA-512, as are its config and its layer.
  std::string long_image(const std::string& name, const std::string& more = {}, const std::string& tag = {}) {
    const auto add = [&](const std::string& bytes, const std::string& type) {
      return descriptor(type, source_.add_blob("team/image", bytes, DigestAlgorithm::Sha512), bytes.size());
    };
    const std::string bytes =
        fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]{}}})", kManifest,
                    add("{\"of\":\"" + name + "\"}", "application/json"), add("layer of " + name, kLayer), more);
    return descriptor(kManifest, source_.add_manifest("team/image", kManifest, bytes, tag, DigestAlgorithm::Sha512),
                      bytes.size());
  }
  std::string image(const std::string& name, const std::string& more = {}, const std::string& tag = {}) {
    return manifest(kManifest,
                    fmt::format(R"("config":{},"layers":[{}]{})", blob("{\"of\":\"" + name + "\"}", "application/json"),
                                blob("layer of " + name, kLayer), more),
                    tag);
  }
  [[nodiscard]] std::string source(const std::string& tag) const {
    return "oci://" + source_.host() + "/team/image:" + tag;
  }

  FakeRegistry source_{{.referrers_api = true}};
};

TEST_F(Transfer, EveryShapeOfContentArrivesUnharmed) {
  const std::string absent = R"("digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")";
  manifest(kIndex,
           fmt::format(R"("manifests":[{}])",
                       manifest(kIndex, fmt::format(R"("manifests":[{},{}])", image("one"), image("two")))),
           "nested-index");
  manifest(kIndex, fmt::format(R"("artifactType":"application/vnd.test","manifests":[{}])", image("typed")),
           "index-with-type");
  manifest(kIndex, fmt::format(R"("manifests":[{}],"subject":{})", image("child"), image("subject", {}, "subject")),
           "index-with-subject");
  manifest(kIndex, R"("manifests":[])", "empty-index");
  image("orphan", fmt::format(R"(,"subject":{{"mediaType":"{}",{},"size":7}})", kManifest, absent), "missing-subject");
  manifest(kManifest,
           fmt::format(R"("artifactType":"application/vnd.test","config":{},"layers":[{}])", blob("{}", kEmpty),
                       blob("{}", kEmpty)),
           "empty-descriptor");
  manifest(kManifest,
           fmt::format(R"("config":{},"layers":[{}])", blob("{}", kEmpty, R"(,"data":"e30=")"),
                       blob("hello", "text/plain", R"(,"data":"aGVsbG8=")")),
           "data-fields");
  manifest(
      kManifest,
      fmt::format(
          R"("config":{},"layers":[{},{{"mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar","size":9,{},"urls":["https://example.com/x"]}}])",
          blob("{}", kEmpty), blob("base", kLayer), absent),
      "non-distributable");
  image("extended", R"(,"unknown":{"b":[1,2.50,null],"a":"\u00e9"},"annotations":{"z":"1","a":"2"})",
        "unknown-members");
  manifest(kManifest, fmt::format(R"("config":{},"layers":[])", blob("{}", kEmpty)), "no-layers");
  manifest(kManifest, fmt::format(R"("config":{},"layers":[{}])", blob("{}", kEmpty), blob("", kLayer)),
           "zero-byte-blob");
  const std::string subject = long_image("subject by sha512", {}, "sha512");
  long_image("referrer by sha512", fmt::format(R"(,"artifactType":"application/vnd.test","subject":{})", subject));
  manifest(kIndex, fmt::format(R"("manifests":[{},{}])", subject, image("by sha256")), "sha512-child");

  for (const char* tag : {"nested-index", "index-with-type", "index-with-subject", "subject", "empty-index",
                          "missing-subject", "empty-descriptor", "data-fields", "non-distributable", "unknown-members",
                          "no-layers", "zero-byte-blob", "sha512", "sha512-child"}) {
    const FakeRegistry target;
    const Words way = {source(tag), fmt::format("oci-layout:layout:{}", tag),
                       fmt::format("oci-archive:{}.tar:{}", tag, tag),
                       fmt::format("oci://{}/mirror/image:{}", target.host(), tag)};
    for (std::size_t i = 1; i < way.size(); ++i)
      ASSERT_THAT(waybill({"copy", way[i - 1], way[i]}), Exited(0)) << tag << " to " << way[i];
    EXPECT_EQ(target.manifest(tag), source_.manifest(tag)) << tag;
    EXPECT_THAT(target.tags_too_early(), IsEmpty()) << tag;
  }
}

// openssl hashes what lies in the layout.
TEST_F(Transfer, WhatIsNamedBySha512KeepsItsNamesEverywhere) {
  WAYBILL_REQUIRE_PEER("openssl");
  const Value subject = parse_json(long_image("one", {}, "v1"));
  const std::string digest = subject.text_or("digest", {});
  ASSERT_EQ(digest.size(), 7U + 128U);
  long_image("about one",
             fmt::format(R"(,"artifactType":"application/vnd.test","subject":{})",
                         descriptor(kManifest, digest, static_cast<std::uint64_t>(subject.find("size")->as_int()))));
  FakeRegistry target;  // tells SHA-256 of what a tag names
  FakeRegistry twin({.referrers_api = true});
  const std::string there = fmt::format("oci://{}/mirror/image:v1", target.host());
  ASSERT_THAT(waybill({"copy", source("v1"), "oci-layout:layout"}), Exited(0));
  ASSERT_THAT(waybill({"copy", "oci-layout:layout:v1", there}), Exited(0));
  EXPECT_THAT(waybill({"copy", "oci-layout:layout:v1", there}), Exited(0)) << "nothing is in the way of a repetition";
  ASSERT_THAT(waybill({"save", "--output", "set", "oci-layout:layout:v1"}), Exited(0));
  ASSERT_THAT(waybill({"load", "set", "oci-layout:loaded"}), Exited(0));
  ASSERT_THAT(waybill({"copy", "oci-layout:loaded:v1", "oci-archive:a.tar"}), Exited(0));
  ASSERT_THAT(waybill({"copy", "oci-archive:a.tar:v1", fmt::format("oci://{}/mirror/image:v1", twin.host())}),
              Exited(0));
  for (const FakeRegistry* registry : {&target, &twin}) {
    EXPECT_EQ(registry->manifest(digest), source_.manifest(digest));
    EXPECT_THAT(registry->tags_too_early(), IsEmpty());
  }
  for (const char* folder : {"layout", "loaded"}) {
    std::size_t files = 0;
    for (const auto& blob : fs::directory_iterator(path(std::string(folder) + "/blobs/sha512"))) {
      const ProcessResult hashed = execute({"openssl", "dgst", "-sha512", "-r", blob.path().string()});
      EXPECT_EQ(hashed.out.substr(0, 128), blob.path().filename().string());
      ++files;
    }
    EXPECT_EQ(files, 6U) << "two manifests, two configs, two layers";
    EXPECT_TRUE(fs::is_empty(path(std::string(folder) + "/blobs/sha256")));
    const Value inspected = waybill_json({"inspect", fmt::format("oci-layout:{}@{}", folder, digest)});
    EXPECT_EQ(at(inspected, "digest").as_string(), digest);
    EXPECT_EQ(at(inspected, "referrers").items().size(), 1U);
  }
  EXPECT_EQ(at(waybill_json({"inspect", "oci-archive:a.tar:v1"}), "digest").as_string(), digest);
  EXPECT_THAT(waybill({"list", fmt::format("oci://{}/mirror/image", target.host())}).out, "v1\n");

  // What is there at the other side may stay behind.
  ASSERT_THAT(waybill({"receipt", "oci-layout:loaded", "--output", "have.json"}), Exited(0));
  ASSERT_THAT(waybill({"save", "--output", "rest", "--have", "have.json", "oci-layout:layout:v1"}), Exited(0));
  EXPECT_THAT(waybill({"load", "rest", "oci-layout:loaded"}), Exited(0));

  // Nothing of it is taken for rubbish; without the name all of it is.
  ASSERT_THAT(waybill({"delete", "--yes", "--prune", "oci-layout:layout:none"}), Exited(3));
  ASSERT_THAT(waybill({"tag", "oci-layout:layout:v1", "v2"}), Exited(0));
  ASSERT_THAT(waybill({"delete", "--yes", "--prune", "oci-layout:layout:v2"}), Exited(0));
  EXPECT_EQ(std::distance(fs::directory_iterator(path("layout/blobs/sha512")), {}), 6);
  ASSERT_THAT(waybill({"delete", "--yes", "--prune", "oci-layout:layout:v1"}), Exited(0));
  EXPECT_TRUE(fs::is_empty(path("layout/blobs/sha512")));

  // Signatures are about SHA-256.
  make_key();
  const ProcessResult sign = waybill({"sign", "oci-layout:loaded:v1", "--key", "k.key"});
  EXPECT_THAT(sign, Exited(2));
  EXPECT_THAT(sign.err, HasSubstr("signatures are about SHA-256"));
  EXPECT_THAT(waybill({"verify", "oci-layout:loaded:v1", "--key", "k.pub"}), Exited(2));
}

TEST_F(Transfer, RegctlReadsAndWritesTheSameBySha512) {
  WAYBILL_REQUIRE_PEER("regctl");
  const std::string digest = parse_json(long_image("one", {}, "v1")).text_or("digest", {});
  ASSERT_THAT(waybill({"copy", source("v1"), "oci-layout:ours"}), Exited(0));
  ASSERT_THAT(execute({"regctl", "image", "copy", "ocidir://ours:v1", "ocidir://theirs:v1"}), Exited(0));
  const auto contents = [&](const char* layout) {  // regctl lets only the owner read them
    Snapshot files = snapshot(path(std::string(layout) + "/blobs/sha512"));
    for (auto& [name, state] : files) state.erase(0, state.find(' '));
    return files;
  };
  EXPECT_EQ(contents("ours"), contents("theirs"));
  ASSERT_THAT(waybill({"copy", "oci-layout:theirs:v1", "oci-layout:back"}), Exited(0));
  EXPECT_EQ(snapshot(path("back/blobs")), snapshot(path("ours/blobs")));
}

TEST_F(Transfer, DigestsThatAreNoneAreRefusedWhereverTheyStand) {
  for (const std::string& digest :
       {"sha512:" + std::string(64, 'a'), "sha512:" + std::string(128, 'A'), "sha256:" + std::string(128, 'a'),
        "sha256:" + std::string(63, 'a'), "sha384:" + std::string(96, 'a'), std::string(64, 'a')}) {
    manifest(kManifest, fmt::format(R"("config":{},"layers":[{}])", blob("{}", kEmpty), descriptor(kLayer, digest, 5)),
             "bad");
    const ProcessResult refused = waybill({"copy", source("bad"), "oci-layout:out"});
    EXPECT_THAT(refused, Exited(2)) << digest;
    EXPECT_THAT(refused.err, HasSubstr(digest)) << digest;
    if (digest.find(':') != std::string::npos) {
      EXPECT_THAT(waybill({"copy", "oci://" + source_.host() + "/team/image@" + digest, "oci-layout:out:v1"}),
                  Exited(2))
          << digest;
    }
  }
}

// An index of two platforms, one of which was never pushed.
class SparseIndex : public Transfer {
 protected:
  void SetUp() override {
    const auto of = [&](const std::string& architecture) {
      std::string entry = image(architecture);
      entry.pop_back();
      return fmt::format(R"({},"platform":{{"os":"linux","architecture":"{}"}}}})", entry, architecture);
    };
    const std::string present = of("amd64");
    const std::string absent = of("arm64");
    absent_ = parse_json(absent).text_or("digest", {});
    source_.remove_manifest("team/image", absent_);
    manifest(kIndex, fmt::format(R"("manifests":[{},{}])", present, absent), "multi");
  }
  std::string absent_;
};

TEST_F(SparseIndex, IsCopiedAsItIsAndTold) {
  const FakeRegistry target;
  const FakeRegistry mirror;
  const std::string there = fmt::format("oci://{}/mirror/image:multi", target.host());
  const std::vector<Words> commands = {
      {"copy", source("multi"), "oci-layout:layout"},
      {"copy", "oci-layout:layout:multi", "oci-archive:a.tar"},
      {"copy", "oci-archive:a.tar:multi", there},
      {"push", "oci-layout:layout:multi", fmt::format("oci://{}/mirror/image:multi", mirror.host())},
      {"pull", there, "--output", "oci-layout:pulled:multi"},
      {"save", "--output", "set", source("multi")},
      {"load", "set", "oci-layout:loaded"}};
  for (const Words& command : commands) {
    const std::string named = fmt::format("1 manifest that an index names: {} (linux/arm64)", absent_);
    const ProcessResult done = waybill(command);
    ASSERT_THAT(done, Exited(0)) << command[0] << ' ' << command[1];
    EXPECT_THAT(done.err, HasSubstr("warning"));
    EXPECT_THAT(done.err, HasSubstr(named));
    EXPECT_THAT(done.out, HasSubstr("missing " + named + "\n"));
    const Value again = waybill_json(command);
    const Value& missing = at(again, "missingManifests");
    ASSERT_EQ(missing.items().size(), 1U) << command[0];
    EXPECT_EQ(at(missing.items()[0], "digest").as_string(), absent_);
    EXPECT_EQ(at(missing.items()[0], "platform").as_string(), "linux/arm64");
  }
  EXPECT_EQ(target.manifest("multi"), source_.manifest("multi"));
  EXPECT_EQ(mirror.manifest("multi"), source_.manifest("multi"));
  EXPECT_EQ(snapshot(path("layout/blobs")), snapshot(path("loaded/blobs")));
  // What is added later is brought by a repetition.
  image("arm64");
  const Value whole = waybill_json({"copy", source("multi"), there});
  EXPECT_TRUE(at(whole, "missingManifests").items().empty());
  EXPECT_TRUE(target.manifest(absent_).has_value());
}

// Nothing is told twice, nor hidden: of the same manifest in two artifacts of a set, and of many.
TEST_F(SparseIndex, TellsEachThatIsMissingOnce) {
  const auto nowhere = [](std::size_t i) {
    return descriptor(kManifest, sha256(fmt::format("nowhere {}", i)).to_string(), 7);
  };
  std::string entries = nowhere(0);
  for (std::size_t i = 1; i < 20; ++i) entries += "," + nowhere(i);
  manifest(kIndex, fmt::format(R"("manifests":[{}])", entries), "empty");
  manifest(kIndex, fmt::format(R"("manifests":[{},{}])", nowhere(3), nowhere(20)), "other");
  const ProcessResult saved = waybill({"save", "--output", "set", source("empty"), source("other")});
  ASSERT_THAT(saved, Exited(0));
  EXPECT_THAT(saved.out, HasSubstr("missing 21 manifests that an index names: sha256:"));
  EXPECT_THAT(saved.out, HasSubstr(", …\n"));
  const Value loaded = waybill_json({"load", "set", "oci-layout:loaded"});
  const Value& missing = at(loaded, "missingManifests");
  ASSERT_EQ(missing.items().size(), 21U);
  EXPECT_EQ(keys(missing.items()[0]), Words{"digest"});
  EXPECT_EQ(at(waybill_json({"load", "set", "oci-archive:loaded.tar"}), "missingManifests"), missing);
}

TEST_F(SparseIndex, HasNothingForAPlatformThatIsAbsent) {
  EXPECT_THAT(waybill({"copy", source("multi"), "--platform", "linux/amd64", "oci-layout:one"}), Exited(0));
  const ProcessResult absent = waybill({"copy", source("multi"), "--platform", "linux/arm64", "oci-layout:other"});
  EXPECT_THAT(absent, Exited(3));
  EXPECT_THAT(absent.err, HasSubstr(absent_));
  EXPECT_THAT(absent.err, HasSubstr("linux/arm64"));
}

TEST_F(SparseIndex, MayBeRefusedByTheTargetAndLeavesNoTag) {
  const FakeRegistry target({.refuses_sparse_indexes = true});
  const ProcessResult refused = waybill({"copy", source("multi"), fmt::format("oci://{}/a/b:multi", target.host())});
  EXPECT_NE(refused.exit_status, 0);
  EXPECT_THAT(refused.err, HasSubstr("--platform"));
  EXPECT_FALSE(target.manifest("multi").has_value());
}

TEST_F(SparseIndex, IsSignedWithWhatIsThere) {
  WAYBILL_REQUIRE_PEER("openssl");
  make_key();
  ASSERT_THAT(waybill({"copy", source("multi"), "oci-layout:layout"}), Exited(0));
  EXPECT_THAT(waybill({"sign", "oci-layout:layout:multi", "--key", "k.key"}), Exited(0));
  EXPECT_THAT(waybill({"verify", "oci-layout:layout:multi", "--key", "k.pub"}), Exited(0));
}

// A project's quota in Harbor: nothing of the artifact has a name, and more room lets the push go on.
TEST_F(Transfer, ARegistryThatIsFullIsToldAndGoneOnWith) {
  const std::string large(std::size_t{40} << 20, 'x');
  manifest(kManifest, fmt::format(R"("config":{},"layers":[{}])", blob("{}", kEmpty), blob(large, kLayer)), "large");
  ASSERT_THAT(waybill({"copy", source("large"), "oci-layout:images"}), Exited(0));
  FakeRegistry target({.quota = std::uint64_t{20} << 20});
  const std::string there = fmt::format("oci://{}/project/image:large", target.host());
  const ProcessResult full = waybill({"push", "oci-layout:images:large", there});
  EXPECT_THAT(full, Exited(4));
  EXPECT_THAT(full.err, HasSubstr("will exceed the configured upper limit of 30.0 MiB"));
  EXPECT_THAT(full.err, HasSubstr("goes on where it stopped"));
  EXPECT_FALSE(target.manifest("large").has_value());
  EXPECT_FALSE(target.blob(sha256(large).to_string()).has_value());
  target.set_quota(0);
  ASSERT_THAT(waybill({"push", "oci-layout:images:large", there}), Exited(0));
  // The chunk that was refused came twice, nothing else: 24 MiB after the first of 16.
  EXPECT_LE(target.uploaded_bytes(), large.size() + (std::size_t{24} << 20) + 100);
  EXPECT_THAT(target.tags_too_early(), IsEmpty());
}

// A limit on the size of files stands for a full disk: both end a write before its end.
TEST_F(Transfer, ATargetThatIsFullCanBeGoneOnWith) {
  const std::string large(std::size_t{12} << 20, 'x');
  manifest(kManifest, fmt::format(R"("config":{},"layers":[{}])", blob("{}", kEmpty), blob(large, kLayer)), "large");
  const std::uint64_t before = source_.server().bytes_sent();
  const ProcessResult full =
      execute({"prlimit", "--fsize=8388608", program(), "copy", source("large"), "oci-layout:out"});
  EXPECT_THAT(full, Exited(10));
  EXPECT_THAT(full.err, HasSubstr("out/blobs/sha256"));
  EXPECT_FALSE(fs::exists(path("out/blobs/sha256/" + sha256(large).hex())));
  EXPECT_THAT(waybill({"inspect", "oci-layout:out:large"}), Exited(3));
  ASSERT_THAT(waybill({"copy", source("large"), "oci-layout:out"}), Exited(0));
  EXPECT_EQ(read_file(path("out/blobs/sha256/" + sha256(large).hex())), large);
  // What had arrived was not fetched again: only what was still in the buffers of both sides.
  EXPECT_LE(source_.server().bytes_sent() - before, large.size() + (std::size_t{8} << 20));

  const ProcessResult archive =
      execute({"prlimit", "--fsize=8388608", program(), "copy", source("large"), "oci-archive:out.tar:v1"});
  EXPECT_THAT(archive, Exited(10));
  EXPECT_FALSE(fs::exists(path("out.tar")));
  const std::uint64_t so_far = source_.server().bytes_sent();
  ASSERT_THAT(waybill({"copy", source("large"), "oci-archive:out.tar:v1"}), Exited(0));
  EXPECT_LE(source_.server().bytes_sent() - so_far, std::size_t{8} << 20);
}

TEST_F(Transfer, AFullFileSystemIsToldByItsExitCode) {
  WAYBILL_REQUIRE_RIGHT("to mount a file system", execute({"unshare", "--mount", "true"}).exit_status == 0);
  manifest(kManifest,
           fmt::format(R"("config":{},"layers":[{}])", blob("{}", kEmpty),
                       blob(std::string(std::size_t{4} << 20, 'x'), kLayer)),
           "large");
  fs::create_directory(path("small"));
  const ProcessResult full =
      execute({"unshare", "--mount", "sh", "-c",
               "mount -t tmpfs -o size=2m none small && exec \"$0\" copy \"$1\" oci-layout:small/out", program(),
               source("large")});
  EXPECT_THAT(full, Exited(10));
}

TEST_F(Transfer, ATargetThatMayNotBeWrittenIsDenied) {
  image("one", {}, "v1");
  fs::create_directory(path("closed"));
  fs::permissions(path("closed"),
                  fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  fs::permissions(folder(), fs::perms::all);
  const ProcessResult denied = execute(as_nobody({program(), "copy", source("v1"), "oci-layout:closed/out"}));
  EXPECT_THAT(denied, Exited(4));
  EXPECT_TRUE(fs::is_empty(path("closed")));
}

TEST_F(Transfer, RequestsAreShownWhenAskedFor) {
  image("one", {}, "v1");
  const Words list = {"list", "oci://" + source_.host() + "/team/image"};
  const ProcessResult silent = waybill(list);
  EXPECT_EQ(silent.err, "");
  const std::string request = "GET http://" + source_.host() + "/v2/team/image/tags/list?…: 200, ";
  const ProcessResult requests = waybill(joined(list, {"-v"}));
  EXPECT_EQ(requests.out, silent.out);
  EXPECT_THAT(requests.err, HasSubstr(request));
  EXPECT_THAT(requests.err, Not(HasSubstr("  got ")));
  const ProcessResult headers = waybill(joined(list, {"-vv"}));
  EXPECT_EQ(headers.out, silent.out);
  EXPECT_THAT(headers.err, AllOf(HasSubstr(request), HasSubstr("  got "), HasSubstr("Content-Length: ")));
  EXPECT_THAT(waybill(joined(list, {"-vv", "--log-format", "json"})).err, HasSubstr("{\"level\":\"trace\""));
  EXPECT_EQ(waybill(joined(list, {"-vv", "--quiet"})).err, "");
}

}  // namespace
}  // namespace waybill::testing
