// What push, pull and copy do with unusual content and with targets that take no more.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include "core/digest.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/fake_registry.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

  for (const char* tag :
       {"nested-index", "index-with-type", "index-with-subject", "subject", "empty-index", "missing-subject",
        "empty-descriptor", "data-fields", "non-distributable", "unknown-members", "no-layers", "zero-byte-blob"}) {
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

}  // namespace
}  // namespace waybill::testing
