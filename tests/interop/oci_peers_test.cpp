// What our stores hold, before other people's clients; and what those wrote, before ours.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <chrono>
#include <fstream>

#include "core/file_system.h"
#include "core/json/reader.h"
#include "oci/attach.h"
#include "oci/copy.h"
#include "oci/layout.h"
#include "oci/media_types.h"
#include "oci/pack.h"
#include "oci/registry.h"
#include "tests/support/registry_server.h"

namespace waybill::oci {
namespace {

using testing::ProcessResult;
using testing::RegistryKind;
using testing::RegistryServer;
using ::testing::SizeIs;

constexpr const char* kNoteType = "application/vnd.waybill.test.note";

FileTree sample_tree() {
  FileTree tree;
  tree.add(RelPath::parse("recipe.yaml"), "kind: Recipe\n");
  tree.add(RelPath::parse("apps/files/gpu-operator.yaml"), std::string(200'000, 'g'));
  tree.add(RelPath::parse("hooks/run.sh"), "#!/bin/sh\n", Executable::Yes);
  return tree;
}

Attachment note(const std::string& text) { return {.artifact_type = kNoteType, .layers = {{"text/plain", text, {}}}}; }

ProcessResult must(const std::vector<std::string>& argv) {
  ProcessResult result = testing::run(argv);
  EXPECT_EQ(result.exit_status, 0) << argv[0] << ": " << result.err << result.out;
  return result;
}

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

class OciPeers : public ::testing::TestWithParam<RegistryKind> {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER(testing::registry_program(GetParam()));
    server_ = std::make_unique<RegistryServer>(GetParam());
    registry_ = open("team/app");
    layout_ = Layout::open_or_create(folder_.path() / "layout");
    packed_ = std::make_unique<Packed>(pack_tree(sample_tree(), {}));
    push(*layout_, *packed_);
    layout_->tag(packed_->manifest, "1.0", ForceTag::No);
    for (const char* text : {"one", "two"}) attach(*layout_, packed_->manifest, note(text));
    counts_ = copy_tagged(*layout_, *registry_, packed_->manifest, "1.0", ForceTag::No);
  }
  [[nodiscard]] std::unique_ptr<Registry> open(const std::string& repository) const {
    RegistryOptions options;
    options.environment.variable = [](const std::string&) { return std::nullopt; };
    return std::make_unique<Registry>(Reference::parse(server_->host() + "/" + repository), std::move(options));
  }
  [[nodiscard]] std::string reference() const { return server_->host() + "/team/app:1.0"; }
  [[nodiscard]] std::string digest() const { return packed_->manifest.digest.to_string(); }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  TemporaryFolder folder_;
  std::unique_ptr<RegistryServer> server_;
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Layout> layout_;
  std::unique_ptr<Packed> packed_;
  CopyOutcome counts_;
};

TEST_P(OciPeers, WeReadBackWhatWePushedAndPushNothingTwice) {
  EXPECT_EQ(counts_.manifests_pushed, 3U);
  EXPECT_EQ(counts_.blobs_pushed, 5U);  // config, layer, {} and two notes
  EXPECT_EQ(unpack_tree(*registry_, packed_->manifest).tree, sample_tree());
  const CopyOutcome again = copy_tagged(*layout_, *registry_, packed_->manifest, "1.0", ForceTag::No);
  EXPECT_EQ(again.blobs_pushed + again.manifests_pushed + again.tags_set, 0U);
  EXPECT_THAT(registry_->referrers(packed_->manifest.digest, kNoteType), SizeIs(2));
}

TEST_P(OciPeers, AMirrorThroughALayoutKeepsEveryByte) {
  const auto mirror = Layout::open_or_create(path("mirror"));
  copy_tagged(*registry_, *mirror, packed_->manifest, "1.0", ForceTag::No);
  EXPECT_EQ(read_folder(path("mirror")), read_folder(path("layout")));
}

TEST_P(OciPeers, CraneSeesTheSameDigestAndValidContent) {
  WAYBILL_REQUIRE_PEER("crane");
  EXPECT_EQ(trimmed(must({"crane", "digest", "--insecure", reference()}).out), digest());
  must({"crane", "validate", "--insecure", "--remote", reference()});
  EXPECT_EQ(must({"crane", "manifest", "--insecure", reference()}).out, packed_->manifest_bytes);
}

TEST_P(OciPeers, SkopeoCopiesItWithoutChangingIt) {
  WAYBILL_REQUIRE_PEER("skopeo");
  must({"skopeo", "copy", "--src-tls-verify=false", "docker://" + reference(), "oci:" + path("skopeo") + ":1.0"});
  EXPECT_EQ(Layout::open(path("skopeo"))->resolve("1.0")->digest.to_string(), digest());
  must({"skopeo", "inspect", "oci:" + path("layout") + ":1.0"});
}

TEST_P(OciPeers, SkopeosLayoutIsReadByUs) {
  WAYBILL_REQUIRE_PEER("skopeo");
  must({"skopeo", "copy", "--src-tls-verify=false", "docker://" + reference(), "oci:" + path("skopeo") + ":1.0"});
  const auto layout = Layout::open(path("skopeo"));
  EXPECT_EQ(unpack_tree(*layout, resolve(*layout, "1.0", std::nullopt)).tree, sample_tree());
  const auto other = open("team/other");
  copy_tagged(*layout, *other, packed_->manifest, "2.0", ForceTag::No);
  EXPECT_EQ(other->resolve("2.0")->digest.to_string(), digest());
}

TEST_P(OciPeers, OrasDiscoversTheReferrersInRegistryAndLayout) {
  WAYBILL_REQUIRE_PEER("oras");
  const auto manifests = [](const ProcessResult& result) {
    const Value document = json::parse(result.out, "oras's answer");
    const Value* list = document.find("referrers");
    if (list == nullptr) list = document.find("manifests");
    return list == nullptr ? std::size_t{0} : list->items().size();
  };
  EXPECT_EQ(manifests(must({"oras", "discover", "--plain-http", "--format", "json", reference()})), 2U);
  EXPECT_EQ(manifests(must({"oras", "discover", "--oci-layout", "--format", "json", path("layout") + ":1.0"})), 2U);
}

TEST_P(OciPeers, OrasPullsTheLayerAsAFile) {
  WAYBILL_REQUIRE_PEER("oras");
  must({"oras", "pull", "--plain-http", "--output", path("pulled"), reference()});
  EXPECT_EQ(sha256(read_file(path("pulled") + "/bundle.tar.gz")), packed_->layer.digest);
}

TEST_P(OciPeers, WeListWhatOrasAttached) {
  WAYBILL_REQUIRE_PEER("oras");
  write_file(path("note.txt"), "from oras", Overwrite::No);
  must({"oras", "attach", "--plain-http", "--disable-path-validation", "--artifact-type", kNoteType, reference(),
        path("note.txt") + ":text/plain"});
  EXPECT_THAT(registry_->referrers(packed_->manifest.digest, kNoteType), SizeIs(3));
  attach(*registry_, packed_->manifest, note("three"));
  EXPECT_THAT(registry_->referrers(packed_->manifest.digest, kNoteType), SizeIs(4));
}

TEST_P(OciPeers, RegctlCopiesItWithItsReferrers) {
  WAYBILL_REQUIRE_PEER("regctl");
  const std::vector<std::string> host = {"--host", fmt::format("reg={},tls=disabled", server_->host())};
  must({"regctl", host[0], host[1], "image", "copy", "--referrers", reference(), server_->host() + "/team/copy:1.0"});
  EXPECT_THAT(open("team/copy")->referrers(packed_->manifest.digest, kNoteType), SizeIs(2));
}

TEST_P(OciPeers, ALargeBlobGoesUpInChunksAndComesFromAnyByteOn) {
  std::string content(9 << 20, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 2654435761U >> 13);
  const TemporaryFolder uploads;
  const auto options = [&] {
    RegistryOptions result;
    result.environment.variable = [](const std::string&) { return std::nullopt; };
    result.chunk_size = 2ULL << 20;
    result.upload_folder = uploads.path();
    return result;
  };
  const Reference reference = Reference::parse(server_->host() + "/peers/large");
  const Descriptor blob = describe(content, "application/octet-stream");
  // The first process ends between two chunks.
  class Ending final : public ByteSource {
   public:
    explicit Ending(std::string_view text) noexcept : inner_(text) {}
    std::size_t read(std::span<std::byte> buffer) override {
      const std::size_t count = inner_.read(buffer);
      if (count == 0) throw Error(ErrorCode::Interrupted, "the end");
      return count;
    }

   private:
    SpanSource inner_;
  };
  EXPECT_THROW(Registry(reference, options())
                   .push_blob(blob,
                              [&](std::uint64_t) {
                                return std::make_unique<Ending>(std::string_view(content).substr(0, 4 << 20));
                              }),
               Error);
  EXPECT_FALSE(std::filesystem::is_empty(uploads.path()));
  Registry registry(reference, options());
  EXPECT_EQ(registry.push_blob(blob, opener(content)), Pushed::Transferred);
  EXPECT_TRUE(std::filesystem::is_empty(uploads.path()));
  EXPECT_EQ(fetch_bytes(registry, blob, content.size()), content);
  const std::unique_ptr<ByteSource> rest = registry.open_blob(blob, 5'000'001);
  EXPECT_EQ(read_all(*rest, content.size(), "the rest"), content.substr(5'000'001));
  // Another repository of the same registry takes it over by itself.
  Registry mirror(Reference::parse(server_->host() + "/peers/mirror"), options());
  mirror.copies_from(registry);
  const OpenBlob never = [](std::uint64_t) -> std::unique_ptr<ByteSource> {
    throw Error(ErrorCode::Internal, "sent although it could be mounted");
  };
  EXPECT_EQ(mirror.push_blob(blob, never), Pushed::Transferred);
}

TEST_P(OciPeers, TagsAreListedAndKept) {
  attach(*registry_, packed_->manifest, note("one"));
  std::vector<std::string> tags = registry_->list_tags();
  std::erase_if(tags, [](const std::string& tag) { return is_digest_tag(tag); });
  EXPECT_THAT(tags, ::testing::ElementsAre("1.0"));
  const Packed other = pack_tree({}, {});
  push(*registry_, other);
  EXPECT_THROW(registry_->tag(other.manifest, "1.0", ForceTag::No), Error);
}

INSTANTIATE_TEST_SUITE_P(, OciPeers, ::testing::Values(RegistryKind::FallbackTag, RegistryKind::ReferrersApi),
                         [](const auto& kind) {
                           return kind.param == RegistryKind::FallbackTag ? "FallbackTag" : "ReferrersApi";
                         });

}  // namespace
}  // namespace waybill::oci
