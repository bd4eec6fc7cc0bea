#include "oci/layout.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <barrier>
#include <fstream>
#include <thread>

#include "core/error.h"
#include "core/file_system.h"
#include "oci/attach.h"
#include "oci/copy.h"
#include "oci/media_types.h"
#include "oci/pack.h"
#include "oci/reference.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LayoutTest : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path path(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] static Packed bundle(const std::string& content) {
    FileTree tree;
    tree.add(RelPath::parse("recipe.yaml"), content);
    return pack_tree(tree, {});
  }
  [[nodiscard]] static Attachment note(const std::string& text) {
    return {
        .artifact_type = "application/vnd.test", .layers = {{"text/plain", text, {}}}, .annotations = {{"who", "us"}}};
  }
  TemporaryFolder folder_;
};

template <typename Body>
ErrorCode code_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::Internal;
}

TEST_F(LayoutTest, GivesBackWhatWasPushed) {
  const auto layout = Layout::open_or_create(path("a"));
  const Packed packed = bundle("kind: Recipe\n");
  EXPECT_EQ(push(*layout, packed), Pushed::Transferred);
  EXPECT_EQ(push(*layout, packed), Pushed::AlreadyThere);
  layout->tag(packed.manifest, "1.0", ForceTag::No);
  const auto reopened = Layout::open(path("a"));
  EXPECT_EQ(unpack_tree(*reopened, resolve(*reopened, std::nullopt, std::nullopt)).diff_id, packed.diff_id);
}

TEST_F(LayoutTest, HasTheSameBytesWhateverTheOrderOfWriting) {
  for (const bool forwards : {true, false}) {
    const auto layout = Layout::open_or_create(path(forwards ? "a" : "b"));
    const std::vector<std::string> contents =
        forwards ? std::vector<std::string>{"1", "2", "3"} : std::vector<std::string>{"3", "1", "2"};
    for (const std::string& content : contents) {
      const Packed packed = bundle(content);
      push(*layout, packed);
      layout->tag(packed.manifest, "v" + content, ForceTag::No);
      attach(*layout, packed.manifest, note(content));
    }
  }
  EXPECT_EQ(read_folder(path("a")), read_folder(path("b")));
}

TEST_F(LayoutTest, NamesEveryEntryAndItsKind) {
  const auto layout = Layout::open_or_create(path("a"));
  const Packed packed = bundle("x");
  push(*layout, packed);
  layout->tag(packed.manifest, digest_tag(packed.manifest.digest, ".sig"), ForceTag::No);
  layout->tag(packed.manifest, "1.0", ForceTag::No);
  const Descriptor referrer = attach(*layout, packed.manifest, note("x"));
  std::map<std::string, std::string> kinds;
  for (const Descriptor& entry : parse_image_index(read_file(path("a") / "index.json")).manifests) {
    const auto kind = entry.annotations.find("kind");
    kinds[entry.annotations.at("org.opencontainers.image.ref.name")] =
        kind == entry.annotations.end() ? "" : kind->second;
  }
  EXPECT_EQ(kinds, (std::map<std::string, std::string>{
                       {digest_tag(packed.manifest.digest, ".sig"), "dev.cosignproject.cosign/sigs"},
                       {"1.0", "dev.cosignproject.cosign/image"},
                       {digest_tag(referrer.digest, ".referrer"), ""}}));
  EXPECT_THAT(layout->list_tags(), ElementsAre("1.0", digest_tag(packed.manifest.digest, ".sig")));
}

TEST_F(LayoutTest, ListsReferrersWithTheirAnnotations) {
  const auto layout = Layout::open_or_create(path("a"));
  const Packed packed = bundle("x");
  push(*layout, packed);
  attach(*layout, packed.manifest, note("one"));
  attach(*layout, packed.manifest, note("one"));
  attach(*layout, packed.manifest, note("two"));
  const auto found = layout->referrers(packed.manifest.digest, "application/vnd.test");
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found.at(0).annotations.at("who"), "us");
  EXPECT_THAT(layout->referrers(packed.manifest.digest, "application/vnd.other"), IsEmpty());
  EXPECT_THAT(layout->referrers(packed.layer.digest), IsEmpty());
}

TEST_F(LayoutTest, KeepsATagThatHoldsSomethingElse) {
  const auto layout = Layout::open_or_create(path("a"));
  const Packed first = bundle("1");
  const Packed second = bundle("2");
  push(*layout, first);
  push(*layout, second);
  layout->tag(first.manifest, "1.0", ForceTag::No);
  EXPECT_EQ(code_of([&] { layout->tag(second.manifest, "1.0", ForceTag::No); }), ErrorCode::Conflict);
  EXPECT_EQ(layout->resolve("1.0")->digest, first.manifest.digest);
  layout->tag(second.manifest, "1.0", ForceTag::Yes);
  EXPECT_EQ(layout->resolve("1.0")->digest, second.manifest.digest);
  EXPECT_TRUE(layout->untag("1.0"));
  EXPECT_FALSE(layout->untag("1.0"));
}

TEST_F(LayoutTest, LeavesNothingBehindOfABlobWithWrongContent) {
  const auto layout = Layout::open_or_create(path("a"));
  const Descriptor blob = describe("this", "text/plain");
  for (const char* content : {"that", "thi", "this and more"}) {
    EXPECT_EQ(code_of([&] { layout->push_blob(blob, opener(content)); }), ErrorCode::Untrusted);
  }
  EXPECT_TRUE(fs::is_empty(path("a") / "blobs" / "sha256"));
}

TEST_F(LayoutTest, NoticesAChangedBlob) {
  const auto layout = Layout::open_or_create(path("a"));
  const Packed packed = bundle("x");
  push(*layout, packed);
  const fs::path blob = path("a") / "blobs" / "sha256" / packed.layer.digest.hex();
  std::string bytes = read_file(blob);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file(blob, bytes, Overwrite::Yes);
  EXPECT_EQ(code_of([&] { static_cast<void>(fetch_bytes(*layout, packed.layer, 10'000)); }), ErrorCode::Untrusted);
}

TEST_F(LayoutTest, RefusesAManifestWhosePartsAreMissing) {
  const auto layout = Layout::open_or_create(path("a"));
  const Packed packed = bundle("x");
  EXPECT_EQ(code_of([&] { push_manifest(*layout, packed.manifest_bytes, packed.manifest.media_type); }),
            ErrorCode::NotFound);
}

TEST_F(LayoutTest, IsNotMadeInAFolderWithOtherFiles) {
  fs::create_directory(path("a"));
  write_file(path("a") / "thesis.txt", "years of work", Overwrite::No);
  EXPECT_EQ(code_of([&] { static_cast<void>(Layout::open_or_create(path("a"))); }), ErrorCode::Conflict);
  EXPECT_EQ(code_of([&] { static_cast<void>(Layout::open(path("a"))); }), ErrorCode::NotFound);
  EXPECT_EQ(code_of([&] { static_cast<void>(Layout::open(path("b"))); }), ErrorCode::NotFound);
}

TEST_F(LayoutTest, RefusesAnIndexThatIsNotOne) {
  static_cast<void>(Layout::open_or_create(path("a")));
  write_file(path("a") / "index.json", "{}", Overwrite::Yes);
  EXPECT_EQ(code_of([&] { static_cast<void>(Layout::open(path("a"))); }), ErrorCode::InvalidInput);
}

TEST_F(LayoutTest, IsCleanedOfWhatAKilledProcessLeft) {
  static_cast<void>(Layout::open_or_create(path("a")));
  const fs::path stale = path("a") / "blobs" / "sha256" / ".waybill-0123-1-0";
  write_file(stale, "half", Overwrite::No);
  const auto layout = Layout::open(path("a"));
  const Packed packed = bundle("x");
  push(*layout, packed);
  layout->tag(packed.manifest, "1.0", ForceTag::No);
  EXPECT_FALSE(fs::exists(stale));
}

TEST_F(LayoutTest, KeepsTheEntriesOfThreadsAndProcessesThatWriteAtOnce) {
  static_cast<void>(Layout::open_or_create(path("a")));
  constexpr int kWriters = 4;
  constexpr int kEach = 10;
  const auto write = [&](const std::string& who) {
    const auto layout = Layout::open(path("a"));
    for (int i = 0; i < kEach; ++i) {
      const Packed packed = bundle(fmt::format("{} {}", who, i));
      push(*layout, packed);
      layout->tag(packed.manifest, fmt::format("{}-{}", who, i), ForceTag::No);
    }
  };
  std::vector<pid_t> children;
  for (int i = 0; i < kWriters; ++i) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        write(fmt::format("process{}", i));
        ::_exit(0);
      } catch (...) {
        ::_exit(1);
      }
    }
    children.push_back(child);
  }
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kWriters; ++i) threads.emplace_back(write, fmt::format("thread{}", i));
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_THAT(Layout::open(path("a"))->list_tags(), SizeIs(2 * kWriters * kEach));
}

// Killed anywhere, it has either no tag or a tag with everything below it.
#ifndef __SANITIZE_THREAD__  // it does not follow the threads of a process that was forked off
TEST_F(LayoutTest, IsWholeWheneverItsWriterIsKilled) {
  const auto source = Layout::open_or_create(path("source"));
  const Packed packed = bundle("x");
  push(*source, packed);
  attach(*source, packed.manifest, note("signature"));
  // The writer ends itself in front of its n-th blob or manifest.
  class Mortal final : public Store {
   public:
    Mortal(Layout& inner, int life) : inner_(inner), life_(life) {}
    std::string name() const override { return inner_.name(); }
    bool exists_blob(const Descriptor& blob) override { return inner_.exists_blob(blob); }
    std::unique_ptr<ByteSource> open_blob(const Descriptor& blob, std::uint64_t offset) override {
      return inner_.open_blob(blob, offset);
    }
    Pushed push_blob(const Descriptor& blob, const OpenBlob& open) override {
      step();
      return inner_.push_blob(blob, open);
    }
    std::optional<FetchedManifest> fetch_manifest(const Digest& digest) override {
      return inner_.fetch_manifest(digest);
    }
    std::optional<FetchedManifest> fetch_tagged(const std::string& tag) override { return inner_.fetch_tagged(tag); }
    std::optional<Descriptor> resolve(const std::string& tag) override { return inner_.resolve(tag); }
    std::optional<Descriptor> resolve(const Digest& digest) override { return inner_.resolve(digest); }
    Pushed push_manifest(const FetchedManifest& manifest) override {
      step();
      return inner_.push_manifest(manifest);
    }
    bool tag(const Descriptor& manifest, const std::string& tag, ForceTag force) override {
      step();
      return inner_.tag(manifest, tag, force);
    }
    std::vector<std::string> list_tags() override { return inner_.list_tags(); }
    std::vector<Descriptor> referrers(const Digest& subject, std::string_view type) override {
      return inner_.referrers(subject, type);
    }

   private:
    void step() {
      if (life_-- == 0) ::_exit(9);
    }
    Layout& inner_;
    int life_;
  };
  int killed = 0;
  for (int life = 0;; ++life) {
    const fs::path target = path(fmt::format("target{}", life));
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto layout = Layout::open_or_create(target);
      Mortal mortal(*layout, life);
      copy_tagged(*source, mortal, packed.manifest, "1.0", ForceTag::No, {.parallel = 1});
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    const auto layout = Layout::open(target);
    if (WEXITSTATUS(status) == 0) {
      EXPECT_EQ(layout->resolve("1.0")->digest, packed.manifest.digest);
      break;
    }
    ++killed;
    EXPECT_FALSE(layout->resolve("1.0"));
    copy_tagged(*source, *layout, packed.manifest, "1.0", ForceTag::No);  // a repeat completes it
    EXPECT_THAT(layout->referrers(packed.manifest.digest), SizeIs(1));
    EXPECT_EQ(unpack_tree(*layout, packed.manifest).diff_id, packed.diff_id);
  }
  EXPECT_EQ(killed, 7);  // four blobs, two manifests, one tag
}
#endif

TEST_F(LayoutTest, CopiesNothingTwice) {
  const auto source = Layout::open_or_create(path("source"));
  const auto target = Layout::open_or_create(path("target"));
  const Packed packed = bundle("x");
  push(*source, packed);
  source->tag(packed.manifest, "1.0", ForceTag::No);
  attach(*source, packed.manifest, note("signature"));
  const CopyOutcome first = copy_tagged(*source, *target, packed.manifest, "1.0", ForceTag::No);
  EXPECT_EQ(first.blobs_pushed, 4U);
  EXPECT_EQ(first.manifests_pushed, 2U);
  EXPECT_EQ(first.tags_set, 1U);
  EXPECT_EQ(read_folder(path("source")), read_folder(path("target")));
  const CopyOutcome second = copy_tagged(*source, *target, packed.manifest, "1.0", ForceTag::No);
  EXPECT_EQ(second.blobs_pushed + second.manifests_pushed + second.tags_set, 0U);
}

TEST_F(LayoutTest, DoesNotLoseSignaturesThatOnlyTheTargetHas) {
  const auto source = Layout::open_or_create(path("source"));
  const auto target = Layout::open_or_create(path("target"));
  const Packed packed = bundle("x");
  for (const auto& [layout, content] : {std::pair(source.get(), "ours"), std::pair(target.get(), "theirs")}) {
    push(*layout, packed);
    const Packed signature = bundle(content);
    push(*layout, signature);
    layout->tag(signature.manifest, digest_tag(packed.manifest.digest, ".sig"), ForceTag::No);
  }
  EXPECT_EQ(code_of([&] { copy(*source, *target, packed.manifest); }), ErrorCode::Conflict);
}

}  // namespace
}  // namespace waybill::oci
