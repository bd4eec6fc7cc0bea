// copy, inspect, tag, list, delete, login and logout as their users run them, between every two kinds of places.
#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>

#include <fstream>
#include <numeric>
#include <thread>

#include "core/bytes.h"
#include "core/digest.h"
#include "core/tar_writer.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/registry_server.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kManifest = "application/vnd.oci.image.manifest.v1+json";

// Layouts of images, written by hand.
class ImageWorkspace : public Workspace {
 protected:
  struct Blob {
    std::string digest;
    std::size_t size;
  };
  Blob put(const std::string& bytes, const std::string& layout = "images") const {
    const Digest digest = sha256(bytes);
    fs::create_directories(path(layout + "/blobs/sha256"));
    write_file(path(layout + "/blobs/sha256/" + digest.hex()), bytes, Overwrite::Yes);
    return {digest.to_string(), bytes.size()};
  }
  static std::string descriptor(const std::string& type, const Blob& blob, const std::string& more = {}) {
    return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}{}}})", type, blob.digest, blob.size, more);
  }
  // An image with one layer; the manifest's blob.
  Blob image(const std::string& architecture, const std::string& layer) const {
    const std::string config =
        fmt::format(R"({{"os":"linux","architecture":"{}","rootfs":{{"type":"layers","diff_ids":["{}"]}}}})",
                    architecture, sha256(layer).to_string());
    return put(fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]}})", kManifest,
                           descriptor("application/vnd.oci.image.config.v1+json", put(config)),
                           descriptor("application/vnd.oci.image.layer.v1.tar", put(layer))));
  }
  void name(const std::string& entries) const {
    write_file(path("images/oci-layout"), R"({"imageLayoutVersion":"1.0.0"})", Overwrite::Yes);
    write_file(path("images/index.json"), fmt::format(R"({{"schemaVersion":2,"manifests":[{}]}})", entries),
               Overwrite::Yes);
  }
  static std::string tagged(const std::string& type, const Blob& blob, const std::string& tag) {
    return descriptor(type, blob, fmt::format(R"(,"annotations":{{"org.opencontainers.image.ref.name":"{}"}})", tag));
  }
  // oci-layout:images:multi, an index of two images that share nothing.
  void make_index() {
    constexpr const char* kIndex = "application/vnd.oci.image.index.v1+json";
    amd64_ = image("amd64", "layer for amd64");
    arm64_ = image("arm64", "layer for arm64");
    index_ = put(fmt::format(
        R"({{"schemaVersion":2,"mediaType":"{}","manifests":[{},{}]}})", kIndex,
        descriptor(kManifest, amd64_, R"(,"platform":{"os":"linux","architecture":"amd64"})"),
        descriptor(kManifest, arm64_, R"(,"platform":{"os":"linux","architecture":"arm64","variant":"v8"})")));
    name(tagged(kIndex, index_, "multi"));
  }
  [[nodiscard]] std::string digest_of(const std::string& target) const {
    return at(waybill_json({"inspect", target}), "digest").as_string();
  }
  // Names in the workspace that a killed or failed run must not leave.
  [[nodiscard]] Words temporary_files() const {
    Words found;
    for (const auto& entry : fs::recursive_directory_iterator(folder())) {
      if (entry.path().filename().string().starts_with(".waybill-")) found.push_back(entry.path().string());
    }
    return found;
  }

  Blob amd64_;
  Blob arm64_;
  Blob index_;
};

class CopyBetween : public ImageWorkspace, public ::testing::WithParamInterface<RegistryKind> {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER(registry_program(GetParam()));
    WAYBILL_REQUIRE_PEER("openssl");
    server_ = std::make_unique<RegistryServer>(GetParam());
    make_key();
    ASSERT_THAT(waybill(joined({"bundle", "--output", "bundle"}, criteria())), Exited(0));
    ASSERT_THAT(waybill({"push", "bundle", "oci-layout:first:v1"}), Exited(0));
    ASSERT_THAT(waybill({"sign", "oci-layout:first:v1", "--key", "k.key"}), Exited(0));
    digest_ = digest_of("oci-layout:first:v1");
  }
  void expect_signed(const std::string& target) const {
    const ProcessResult seen = waybill({"verify", target, "--key", "k.pub"});
    EXPECT_THAT(seen, Exited(0)) << target;
    EXPECT_THAT(seen.out, HasSubstr("signature (bundle)"));
    EXPECT_THAT(seen.out, HasSubstr("signature (simplesigning)"));
    EXPECT_EQ(digest_of(target), digest_);
  }

  std::unique_ptr<RegistryServer> server_;
  std::string digest_;
};

TEST_P(CopyBetween, SignaturesTravelThroughEveryKindOfPlace) {
  const std::string mirror = server_->target("mirror/bundle");
  const Words way = {"oci-layout:first:v1",    server_->target("team/bundle:v1"),
                     "oci-archive:one.tar:v1", "oci-archive:two.tar.zst:v1",
                     "oci-layout:second:v1",   mirror + ":v1"};
  for (std::size_t i = 1; i < way.size(); ++i) {
    ASSERT_THAT(waybill({"copy", way[i - 1], way[i]}), Exited(0)) << way[i];
    expect_signed(way[i]);
  }
  EXPECT_EQ(snapshot(folder() / "first"), snapshot(folder() / "second"));
  ASSERT_THAT(waybill({"copy", mirror + ":v1", "unpacked", "--key", "k.pub"}), Exited(0));
  EXPECT_EQ(read_file(path("unpacked/checksums.txt")), read_file(path("bundle/checksums.txt")));
  EXPECT_THAT(temporary_files(), IsEmpty());
}

TEST_P(CopyBetween, ACopyThatIsRepeatedChangesNothing) {
  const std::string registry = server_->target("team/bundle:v1");
  for (const std::string& target : {registry, std::string("oci-archive:a.tar"), std::string("oci-layout:other")}) {
    const Value first = waybill_json({"copy", "oci-layout:first:v1", target});
    EXPECT_TRUE(at(first, "changed").as_bool()) << target;
    EXPECT_GT(at(first, "copied.bytes").as_int(), 0);
    EXPECT_EQ(at(first, "tag").as_string(), "v1");
    const Value again = waybill_json({"copy", "oci-layout:first:v1", target});
    EXPECT_FALSE(at(again, "changed").as_bool()) << target;
    EXPECT_EQ(at(again, "copied.bytes").as_int(), 0);
  }
}

TEST_P(CopyBetween, ATagThatIsTakenStaysAndNothingElseIsWritten) {
  make_index();
  const std::string registry = server_->target("team/bundle:v1");
  for (const std::string& target :
       {registry, std::string("oci-archive:a.tar:v1"), std::string("oci-layout:other:v1")}) {
    ASSERT_THAT(waybill({"copy", "oci-layout:first:v1", target}), Exited(0));
  }
  const Snapshot before = snapshot(folder());
  for (const std::string& target :
       {registry, std::string("oci-archive:a.tar:v1"), std::string("oci-layout:other:v1")}) {
    const ProcessResult refused = waybill({"copy", "oci-layout:images:multi", target});
    EXPECT_THAT(refused, Exited(9)) << target;
    EXPECT_THAT(refused.err, HasSubstr("--force-tag"));
    EXPECT_EQ(digest_of(target), digest_);
  }
  EXPECT_EQ(snapshot(folder()), before);
  EXPECT_THAT(waybill({"inspect", server_->target("team/bundle@") + index_.digest}), Exited(3));
  ASSERT_THAT(waybill({"copy", "oci-layout:images:multi", registry, "--force-tag"}), Exited(0));
  EXPECT_EQ(digest_of(registry), index_.digest);
}

TEST_P(CopyBetween, AnIndexIsCopiedWholeOrOnePlatformOfIt) {
  make_index();
  const std::string whole = server_->target("team/image:multi");
  ASSERT_THAT(waybill({"copy", "oci-layout:images:multi", whole}), Exited(0));
  EXPECT_EQ(digest_of(whole), index_.digest);
  EXPECT_EQ(digest_of(server_->target("team/image@") + amd64_.digest), amd64_.digest);
  const ProcessResult one = waybill({"copy", whole, "oci-archive:arm.tar:arm", "--platform", "linux/arm64"});
  ASSERT_THAT(one, Exited(0));
  EXPECT_THAT(one.err, HasSubstr("alone"));
  EXPECT_EQ(digest_of("oci-archive:arm.tar"), arm64_.digest);
  EXPECT_THAT(waybill({"inspect", "oci-archive:arm.tar"}).out, HasSubstr("linux/arm64"));
  const ProcessResult missing = waybill({"copy", whole, "oci-archive:x.tar", "--platform", "linux/riscv64"});
  EXPECT_THAT(missing, Exited(3));
  EXPECT_THAT(missing.err, HasSubstr("linux/amd64, linux/arm64/v8"));
  EXPECT_FALSE(fs::exists(path("x.tar")));
  EXPECT_THAT(waybill({"copy", whole, "oci-archive:x.tar", "--platform", "arm"}), Exited(2));
  EXPECT_THAT(waybill({"copy", "oci-layout:first:v1", "oci-archive:x.tar", "--platform", "linux/arm64"}), Exited(3));
}

TEST_P(CopyBetween, ReferrersCanStayBehindAndADigestNeedsNoTag) {
  const std::string target = server_->target("team/bare");
  ASSERT_THAT(waybill({"copy", "oci-layout:first:v1", target + ":v1", "--no-referrers"}), Exited(0));
  EXPECT_THAT(at(waybill_json({"inspect", target + ":v1"}), "referrers").items(), IsEmpty());
  const std::string other = server_->target("team/untagged");
  ASSERT_THAT(waybill({"copy", target + "@" + digest_, other}), Exited(0));
  EXPECT_EQ(digest_of(other + "@" + digest_), digest_);
  EXPECT_THAT(waybill({"copy", target + "@" + digest_, "oci-layout:untagged"}), Exited(2));
  EXPECT_THAT(waybill({"copy", target + ":v1", other + ":v1@sha256:" + std::string(64, '0')}), Exited(9));
}

TEST_P(CopyBetween, NamesAreListedGivenAndTakenAway) {
  const std::string target = server_->target("team/bundle");
  ASSERT_THAT(waybill({"copy", "oci-layout:first:v1", target}), Exited(0));
  ASSERT_THAT(waybill({"tag", target + ":v1", "stable"}), Exited(0));
  EXPECT_EQ(waybill({"list", target}).out, "stable\nv1\n");
  EXPECT_THAT(waybill({"list", target, "--all"}).out, HasSubstr(".sig\n"));
  EXPECT_THAT(waybill({"list", server_->target("no/such")}), Exited(3));
  // A question that nobody can answer.
  EXPECT_THAT(waybill({"delete", target + ":stable"}), Exited(2));
  const ProcessResult tag_alone = waybill({"delete", target + ":stable", "--yes"});
  if (tag_alone.exit_status == 9) {  // this registry deletes no tag alone
    EXPECT_THAT(tag_alone.err, HasSubstr("v1"));
    EXPECT_EQ(waybill({"list", target}).out, "stable\nv1\n");
    const ProcessResult forced = waybill({"delete", target + ":stable", "--yes", "--force"});
    EXPECT_THAT(forced, Exited(0));
    EXPECT_THAT(forced.err, HasSubstr("warning:"));
    EXPECT_THAT(waybill({"inspect", target + ":v1"}), Exited(3));
    return;
  }
  EXPECT_THAT(tag_alone, Exited(0));
  EXPECT_EQ(waybill({"list", target}).out, "v1\n");
  ASSERT_THAT(waybill({"delete", target + "@" + digest_, "--yes"}), Exited(9));
  ASSERT_THAT(waybill({"delete", target + "@" + digest_, "--yes", "--force"}), Exited(0));
  EXPECT_THAT(waybill({"inspect", target + "@" + digest_}), Exited(3));
}

INSTANTIATE_TEST_SUITE_P(, CopyBetween, ::testing::Values(RegistryKind::FallbackTag, RegistryKind::ReferrersApi),
                         [](const auto& kind) {
                           return kind.param == RegistryKind::FallbackTag ? "DockerRegistry" : "ReferrersApi";
                         });

class CopyFiles : public ImageWorkspace {
 protected:
  void SetUp() override { make_index(); }
};

TEST_F(CopyFiles, LayoutsAndArchivesAreTaggedListedAndPruned) {
  ASSERT_THAT(waybill({"copy", "oci-layout:images:multi", "oci-archive:a.tar"}), Exited(0));
  ASSERT_THAT(waybill({"tag", "oci-archive:a.tar", "more"}), Exited(0));
  EXPECT_EQ(waybill({"list", "oci-archive:a.tar"}).out, "more\nmulti\n");
  ASSERT_THAT(waybill({"tag", "oci-layout:images@" + amd64_.digest, "amd"}), Exited(0));
  EXPECT_THAT(waybill({"tag", "oci-layout:images:multi", "amd"}), Exited(9));
  ASSERT_THAT(waybill({"delete", "oci-layout:images:multi", "--yes", "--prune"}), Exited(0));
  EXPECT_EQ(std::distance(fs::directory_iterator(path("images/blobs/sha256")), fs::directory_iterator()), 3);
  EXPECT_EQ(waybill({"list", "oci-layout:images"}).out, "amd\n");
  EXPECT_THAT(waybill({"delete", "oci-archive:a.tar:more", "--yes"}), Exited(2));
  EXPECT_THAT(waybill({"delete", "oci-layout:images", "--yes"}), Exited(2));
}

TEST_F(CopyFiles, InspectTellsMachinesAndPeopleWhatItIs) {
  const Value seen = waybill_json({"inspect", "oci-layout:images:multi"});
  EXPECT_EQ(at(seen, "digest").as_string(), index_.digest);
  EXPECT_EQ(at(seen, "mediaType").as_string(), "application/vnd.oci.image.index.v1+json");
  EXPECT_EQ(at(seen, "size").as_int(), static_cast<std::int64_t>(index_.size));
  EXPECT_THAT(at(seen, "manifest.manifests").items(), SizeIs(2));
  EXPECT_THAT(at(seen, "referrers").items(), IsEmpty());
  EXPECT_EQ(sha256(waybill({"inspect", "oci-layout:images:multi", "--raw"}).out).to_string(), index_.digest);
  const ProcessResult text = waybill({"inspect", "oci-layout:images:multi", "--platform", "linux/amd64"});
  EXPECT_THAT(text.out, HasSubstr("kind        image\n"));
  EXPECT_THAT(text.out, HasSubstr("1 layer, 15 B"));
}

TEST_F(CopyFiles, ACompressedArchiveIsNotWrittenAsGzipAndADockerArchiveNotAtAll) {
  EXPECT_THAT(waybill({"copy", "oci-layout:images:multi", "oci-archive:a.tar.gz"}), Exited(2));
  EXPECT_THAT(waybill({"copy", "oci-layout:images:multi", "docker-archive:a.tar"}), Exited(2));
  EXPECT_FALSE(fs::exists(path("a.tar.gz")) || fs::exists(path("a.tar")));
}

TEST_F(CopyFiles, AFileWithoutItsKindIsToldHowToBeWritten) {
  write_file(path("a.tar"), "", Overwrite::No);
  const ProcessResult refused = waybill({"copy", "a.tar", "oci-layout:x:v1"});
  EXPECT_THAT(refused, Exited(2));
  EXPECT_THAT(refused.err, HasSubstr("oci-archive:a.tar"));
}

TEST_F(CopyFiles, AHostileArchiveIsRefused) {
  StringSink sink;
  TarWriter tar(sink);
  tar.add_file("../../escape", Executable::No, "x");
  tar.finish();
  write_file(path("bad.tar"), sink.text(), Overwrite::No);
  for (const char* kind : {"oci-archive:", "docker-archive:"}) {
    const ProcessResult refused = waybill({"copy", kind + std::string("bad.tar"), "oci-layout:x:v1"});
    EXPECT_THAT(refused, Exited(2));
    EXPECT_THAT(refused.err, HasSubstr("clean relative path"));
  }
  EXPECT_FALSE(fs::exists(path("x")));
}

// Each as an archive of both kinds, and as a set of one file: nothing is written anywhere.
TEST_F(CopyFiles, AnArchiveWithWhatNoneHasIsRefusedByEveryCommand) {
  const auto entry = [](char type, std::string_view name, std::string_view link) {
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    header.replace(100, 7, "0000644");
    header.replace(124, 11, "00000000000");
    header.replace(148, 8, "        ");
    header.replace(156, 1, 1, type);
    header.replace(157, link.size(), link);
    header.replace(257, 8, std::string("ustar\00000", 8));
    const unsigned sum = std::accumulate(header.begin(), header.end(), 0U,
                                         [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
    header.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    return header;
  };
  ASSERT_THAT(waybill({"copy", "oci-layout:images:multi", "oci-archive:good.tar"}), Exited(0));
  ASSERT_THAT(waybill({"save", "--output", "set", "oci-layout:images:multi"}), Exited(0));
  const std::string good = read_file(path("good.tar"));
  const std::string set = read_file(fs::directory_iterator(path("set"))->path());
  fs::create_directory(path("bad"));
  const Snapshot before = snapshot(folder());
  for (const auto& [type, name, link] :
       {std::tuple('2', "blobs/sha256/x", "/etc/passwd"), std::tuple('2', "blobs/sha256", "/tmp"),
        std::tuple('1', "x", "../../x"), std::tuple('0', "blobs/../../x", ""), std::tuple('0', "/x", ""),
        std::tuple('0', "oci-layout", ""), std::tuple('3', "x", ""), std::tuple('4', "x", ""),
        std::tuple('6', "x", "")}) {
    // In front of all else, where a reader that extracts would do as it is told.
    write_file(path("bad/archive.tar"), entry(type, name, link) + good, Overwrite::Yes);
    write_file(path("bad/set.tar"), entry(type, name, link) + set, Overwrite::Yes);
    for (const Words& command :
         {Words{"copy", "oci-archive:bad/archive.tar", "oci-layout:out:v1"},
          Words{"copy", "docker-archive:bad/archive.tar", "oci-layout:out:v1"},
          Words{"save", "--output", "out", "oci-archive:bad/archive.tar"},
          Words{"load", "bad/set.tar", "oci-layout:out"}, Words{"load", "bad/archive.tar", "oci-layout:out"}}) {
      const ProcessResult refused = waybill(command);
      EXPECT_THAT(refused.exit_status, AnyOf(2, 3, 4)) << type << ' ' << name << ' ' << command[0] << refused.err;
      EXPECT_FALSE(fs::exists(path("out"))) << type << ' ' << name << ' ' << command[0];
    }
    fs::remove(path("bad/archive.tar"));
    fs::remove(path("bad/set.tar"));
    EXPECT_EQ(snapshot(folder()), before) << type << ' ' << name;
  }
}

TEST_F(CopyFiles, AnArchiveThatUnpacksToNoEndIsStopped) {
  WAYBILL_REQUIRE_PEER("zstd");
  // 1.25 GiB of zeros in a hundred kilobytes.
  const ProcessResult made = execute({"sh", "-c", "head -c 1342177280 /dev/zero | zstd -q -1 > bomb.tar.zst"});
  ASSERT_THAT(made, Exited(0));
  for (const Words& command : {Words{"copy", "oci-archive:bomb.tar.zst", "oci-layout:out:v1"},
                               Words{"save", "--output", "out", "docker-archive:bomb.tar.zst"}}) {
    const ProcessResult refused = waybill(command, {{"TMPDIR", folder().string()}});
    EXPECT_THAT(refused, Exited(2));
    EXPECT_THAT(refused.err, HasSubstr("times its size"));
    EXPECT_FALSE(fs::exists(path("out")));
  }
}

TEST_F(CopyFiles, AnIndexOfTenThousandIsCopiedWholeInLittleMemory) {
  WAYBILL_REQUIRE_PYTHON("os");
  WAYBILL_REQUIRE_PEER(registry_program(RegistryKind::ReferrersApi));
  std::string children;
  constexpr std::size_t kChildren = 10'000;
  const std::string config = descriptor("application/vnd.oci.empty.v1+json", put("{}"));
  for (std::size_t i = 0; i < kChildren; ++i) {
    const std::string child =
        fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[],"annotations":{{"n":"{}"}}}})",
                    kManifest, config, i);
    const Digest digest = sha256(child);
    std::ofstream(path("images/blobs/sha256/" + digest.hex()), std::ios::binary) << child;  // put() would sync each
    children += (i == 0 ? "" : ",") + descriptor(kManifest, {digest.to_string(), child.size()});
  }
  constexpr const char* kIndex = "application/vnd.oci.image.index.v1+json";
  const Blob index = put(fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[{}]}})", kIndex, children));
  name(tagged(kIndex, index, "wide"));
  ASSERT_THAT(waybill({"copy", "oci-layout:images:wide", "oci-archive:a.tar"}), Exited(0));
  ASSERT_THAT(waybill({"save", "--output", "set", "oci-archive:a.tar"}), Exited(0));
  ASSERT_THAT(waybill({"load", "set", "oci-layout:out"}), Exited(0));
  const RegistryServer server(RegistryKind::ReferrersApi);
  EXPECT_LE(peak_memory({"copy", "oci-layout:images:wide", server.target("wide") + ":wide"}), 64 * 1024);
  EXPECT_LE(peak_memory({"copy", server.target("wide") + ":wide", "oci-layout:pulled"}), 64 * 1024);
  for (const std::string layout : {"out", "pulled"}) {
    EXPECT_EQ(digest_of("oci-layout:" + layout + ":wide"), index.digest);
    EXPECT_EQ(std::distance(fs::directory_iterator(path(layout + "/blobs/sha256")), {}),
              static_cast<std::ptrdiff_t>(kChildren) + 2);
  }
}

TEST_F(CopyFiles, AnArchiveComesThroughAPipe) {
  ASSERT_THAT(waybill({"copy", "oci-layout:images:multi", "oci-archive:a.tar"}), Exited(0));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const std::jthread writer([&] { std::ofstream(path("pipe"), std::ios::binary) << read_file(path("a.tar")); });
  EXPECT_THAT(waybill({"copy", "oci-archive:pipe:multi", "oci-layout:out"}), Exited(0));
  EXPECT_EQ(digest_of("oci-layout:out:multi"), index_.digest);
}

TEST_F(CopyFiles, KilledOrInterruptedItLeavesNothingUnderAFinalName) {
  // Large enough to be caught while it is copied, and empty on the disk.
  constexpr std::uint64_t kSize = 512 << 20;
  write_file(path("zeros"), "", Overwrite::No);
  fs::resize_file(path("zeros"), kSize);
  const std::unique_ptr<ByteSource> zeros = FdSource::open(path("zeros"));
  NullSink nowhere;
  HashingSink hash(nowhere);
  copy(*zeros, hash);
  const Digest digest = hash.finish();
  fs::rename(path("zeros"), path("images/blobs/sha256/" + digest.hex()));
  const Blob manifest = put(fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{}]}})",
                                        descriptor("application/vnd.oci.empty.v1+json", put("{}")),
                                        descriptor("application/octet-stream", {digest.to_string(), kSize})));
  name(tagged(kManifest, manifest, "v1"));
  for (const char* target : {"oci-archive:out.tar:v1", "oci-archive:out.tar.zst:v1", "oci-layout:out:v1"}) {
    for (const int signal : {SIGKILL, SIGINT}) {
      Background running({program(), "copy", "oci-layout:images:v1", target}, path("log"),
                         {.input = {}, .folder = folder().string(), .environment = isolated_environment()});
      while (temporary_files().empty()) std::this_thread::yield();
      ::kill(running.pid(), signal);
      EXPECT_EQ(running.wait(), signal == SIGKILL ? 128 + SIGKILL : 130) << target;
      EXPECT_FALSE(fs::exists(path("out.tar")) || fs::exists(path("out.tar.zst")));
      EXPECT_THAT(waybill({"inspect", "oci-layout:out:v1"}), Exited(3));
      // What can go on waits for the next run.
      Words left = temporary_files();
      std::erase_if(left, [](const std::string& file) { return file.find("/.waybill-partial-") != std::string::npos; });
      if (signal == SIGINT) {
        EXPECT_THAT(left, IsEmpty()) << target;
      }
      for (const std::string& file : temporary_files()) fs::remove(file);
    }
  }
}

TEST_F(CopyFiles, ABundleIsPublishedAndPushedIntoAnArchive) {
  WAYBILL_REQUIRE_PEER("openssl");
  make_key();
  const Words publish = joined({"publish", "--output", "oci-archive:site.tar:v1", "--key", "k.key"}, criteria());
  ASSERT_THAT(waybill(joined(publish, {"--dry-run"})), Exited(0));
  EXPECT_FALSE(fs::exists(path("site.tar")));
  EXPECT_TRUE(at(waybill_json(publish), "oci.pushed").as_bool());
  const ProcessResult verified = waybill({"verify", "oci-archive:site.tar", "--key", "k.pub"});
  EXPECT_THAT(verified, Exited(0));
  EXPECT_THAT(verified.out, HasSubstr("attestation"));
  const std::string bytes = read_file(path("site.tar"));
  EXPECT_FALSE(at(waybill_json(publish), "oci.pushed").as_bool());
  EXPECT_EQ(read_file(path("site.tar")), bytes);
  EXPECT_THAT(waybill(joined({"publish", "--output", "oci-archive:site.tar:v1", "--key", "k.key"}, other_criteria())),
              Exited(9));
  ASSERT_THAT(waybill({"pull", "oci-archive:site.tar", "--output", "site", "--key", "k.pub"}), Exited(0));
  ASSERT_THAT(waybill({"push", "site", "oci-archive:pushed.tar:v1"}), Exited(0));
  EXPECT_EQ(digest_of("oci-archive:pushed.tar"), digest_of("oci-archive:site.tar"));
}

TEST_F(CopyFiles, ABundleIsPackedAsItIsWished) {
  make_key();
  const Words wishes = {"--config-type",         "empty",
                        "--manifest-annotation", "org.example.team=gpu",
                        "--manifest-annotation", "org.opencontainers.image.title=site"};
  const Words publish = joined({"publish", "--output", "oci-layout:published:v1", "--key", "k.key"}, wishes);
  ASSERT_THAT(waybill(joined(publish, criteria())), Exited(0));
  EXPECT_FALSE(at(waybill_json(joined(publish, criteria())), "oci.pushed").as_bool());
  EXPECT_THAT(waybill({"verify", "oci-layout:published:v1", "--key", "k.pub"}), Exited(0));
  const Value seen = waybill_json({"inspect", "oci-layout:published:v1"});
  EXPECT_EQ(at(seen, "manifest.annotations").find("org.example.team")->as_string(), "gpu");
  EXPECT_EQ(at(seen, "manifest.annotations").find("org.opencontainers.image.title")->as_string(), "site");

  // push and copy pack the same folder the same way.
  ASSERT_THAT(waybill({"pull", "oci-layout:published:v1", "--output", "site"}), Exited(0));
  for (const std::string command : {"push", "copy"}) {
    const std::string target = "oci-layout:" + command + ":v1";
    ASSERT_THAT(waybill(joined({command, "site", target}, wishes)), Exited(0));
    EXPECT_EQ(digest_of(target), digest_of("oci-layout:published:v1"));
  }

  const ProcessResult packed_already =
      waybill({"push", "oci-layout:push:v1", "oci-layout:x:v1", "--config-type", "empty"});
  EXPECT_THAT(packed_already, Exited(2));
  EXPECT_THAT(packed_already.err, HasSubstr("is an artifact already"));
  const ProcessResult not_packed = waybill({"copy", "site", "x", "--config-type", "empty"});
  EXPECT_THAT(not_packed, Exited(2));
  EXPECT_THAT(not_packed.err, HasSubstr("'x' is a folder"));
  EXPECT_THAT(waybill({"push", "site", "oci-layout:x:v1", "--config-type", "helm"}), Exited(2));
  EXPECT_THAT(waybill({"push", "site", "oci-layout:x:v1", "--manifest-annotation", "team"}), Exited(2));
  EXPECT_THAT(waybill(joined({"publish", "--repo", "site.git", "--config-type", "empty"}, criteria())), Exited(2));
  EXPECT_FALSE(fs::exists(path("x")));
}

// --- docker save

TEST_F(CopyFiles, WhatDockerSaveWroteBecomesAnImage) {
  const std::string layer = "layer for amd64";
  const std::string config =
      fmt::format(R"({{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}})",
                  sha256(layer).to_string());
  StringSink sink;
  TarWriter tar(sink);
  tar.add_file("0123/layer.tar", Executable::No, layer);
  tar.add_file("c.json", Executable::No, config);
  tar.add_file("manifest.json", Executable::No,
               R"([{"Config":"c.json","RepoTags":["example.com/app:1.0"],"Layers":["0123/layer.tar"]}])");
  tar.finish();
  write_file(path("saved.tar"), sink.text(), Overwrite::No);
  ASSERT_THAT(waybill({"copy", "docker-archive:saved.tar", "oci-layout:out"}), Exited(0));
  const Value seen = waybill_json({"inspect", "oci-layout:out:1.0"});
  EXPECT_EQ(at(seen, "manifest.config.digest").as_string(), sha256(config).to_string());
  EXPECT_EQ(at(at(seen, "manifest.layers").items()[0], "digest").as_string(), sha256(layer).to_string());
  EXPECT_EQ(waybill({"list", "docker-archive:saved.tar"}).out, "1.0\n");
  ASSERT_THAT(waybill({"save", "--output", "set", "docker-archive:saved.tar"}), Exited(0));
  ASSERT_THAT(waybill({"load", "set", "oci-layout:loaded"}), Exited(0));
  EXPECT_EQ(digest_of("oci-layout:loaded:1.0"), digest_of("oci-layout:out:1.0"));
  EXPECT_EQ(snapshot(path("loaded/blobs")), snapshot(path("out/blobs")));
}

// --- credentials

// bcrypt of "registry word", the only kind that docker-registry takes
constexpr const char* kPasswords = "robot:$2b$05$abcdefghijklmnopqrstuuAbq9w7rku6RoSOmP0ayYLecrGqgMV7m\n";

class Login : public ImageWorkspace {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("docker-registry");
    write_file(path("passwords"), kPasswords, Overwrite::No);
    server_ = std::make_unique<RegistryServer>(RegistrySecurity{{}, {}, path("passwords")});
    make_index();
  }
  [[nodiscard]] Environment with_config() const { return {{"DOCKER_CONFIG", path("docker")}}; }
  [[nodiscard]] ProcessResult login(const std::string& password, const Environment& environment) const {
    return waybill({"login", server_->host(), "--username", "robot", "--password-stdin"}, environment, password);
  }
  [[nodiscard]] Value config() const { return parse_json(read_file(path("docker/config.json"))); }

  std::unique_ptr<RegistryServer> server_;
};

TEST_F(Login, StoresWhatTheRegistryTakesAndNothingElse) {
  const std::string target = server_->target("team/image:multi");
  const ProcessResult wrong = login("wrong word", with_config());
  EXPECT_THAT(wrong, Exited(4));
  EXPECT_THAT(wrong.err, Not(HasSubstr("wrong word")));
  EXPECT_FALSE(fs::exists(path("docker")));
  EXPECT_THAT(waybill({"copy", "oci-layout:images:multi", target}, with_config()), Exited(4));

  const ProcessResult right = login("registry word\n", with_config());
  ASSERT_THAT(right, Exited(0));
  EXPECT_THAT(right.out + right.err, Not(HasSubstr("registry word")));
  EXPECT_EQ(fs::status(path("docker/config.json")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_THAT(waybill({"copy", "oci-layout:images:multi", target}, with_config()), Exited(0));
  EXPECT_THAT(waybill({"list", "oci://" + server_->host()}, with_config()).out, "team/image\n");
}

TEST_F(Login, KeepsAllElseInTheFile) {
  fs::create_directories(path("docker"));
  write_file(path("docker/config.json"),
             R"({"psFormat":"table","auths":{"https://)" + server_->host() +
                 R"(/v1/":{"auth":"b2xkOm9sZA=="},"other.example.com":{"auth":"YTpi"}},"plugins":{"x":{"y":[1]}}})",
             Overwrite::No);
  ASSERT_THAT(login("registry word", with_config()), Exited(0));
  EXPECT_THAT(keys(config()), ElementsAre("auths", "plugins", "psFormat"));
  EXPECT_THAT(keys(at(config(), "auths")), ElementsAre(server_->host(), "other.example.com"));
  ASSERT_THAT(waybill({"logout", server_->host()}, with_config()), Exited(0));
  EXPECT_THAT(keys(at(config(), "auths")), ElementsAre("other.example.com"));
  const ProcessResult again = waybill({"logout", server_->host()}, with_config());
  EXPECT_THAT(again, Exited(0));
  EXPECT_THAT(again.out, HasSubstr("no credentials"));
}

TEST_F(Login, UsesTheHelperThatTheFileNames) {
  fs::create_directories(path("docker"));
  fs::create_directories(path("bin"));
  write_file(path("bin/docker-credential-test"),
             "#!/bin/sh\ncase $1 in\nstore) cat > ring ;;\nget) cat >/dev/null; cat ring 2>/dev/null || { echo "
             "credentials not found; exit 1; } ;;\nerase) cat >/dev/null; rm ring ;;\nesac\n",
             Overwrite::No, 0755);
  fs::permissions(path("bin/docker-credential-test"), fs::perms::owner_all);
  write_file(path("docker/config.json"), R"({"credsStore":"test"})", Overwrite::No);
  Environment environment = with_config();
  environment["PATH"] = path("bin") + ":/usr/bin:/bin";
  ASSERT_THAT(login("registry word", environment), Exited(0));
  EXPECT_EQ(at(parse_json(read_file(path("ring"))), "Secret").as_string(), "registry word");
  EXPECT_THAT(read_file(path("docker/config.json")), R"({"credsStore":"test"})");
  EXPECT_THAT(waybill({"copy", "oci-layout:images:multi", server_->target("team/image")}, environment), Exited(0));
  ASSERT_THAT(waybill({"logout", server_->host()}, environment), Exited(0));
  EXPECT_FALSE(fs::exists(path("ring")));
}

TEST_F(Login, WantsANameAndAPasswordFromSomewhere) {
  EXPECT_THAT(waybill({"login", server_->host()}, with_config()), Exited(2));
  const ProcessResult nobody = waybill({"login", server_->host(), "-u", "robot"}, with_config());
  EXPECT_THAT(nobody, Exited(2));
  EXPECT_THAT(nobody.err, HasSubstr("--password-stdin"));
  EXPECT_THAT(waybill({"login", "oci://" + server_->host() + "/team", "-u", "robot"}, with_config()), Exited(2));
  Environment environment = with_config();
  environment["WAYBILL_REGISTRY_PASSWORD"] = "registry word";
  EXPECT_THAT(waybill({"login", server_->host(), "-u", "robot"}, environment), Exited(0));
}

}  // namespace
}  // namespace waybill::testing
