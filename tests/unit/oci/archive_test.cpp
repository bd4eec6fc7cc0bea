#include <fmt/core.h>
#include <gmock/gmock.h>

#include <filesystem>

#include "core/error.h"
#include "core/file_system.h"
#include "core/gzip.h"
#include "core/json/reader.h"
#include "core/tar_writer.h"
#include "oci/archive_writer.h"
#include "oci/attach.h"
#include "oci/docker_archive.h"
#include "oci/layout.h"
#include "oci/media_types.h"
#include "oci/oci_archive.h"
#include "oci/pack.h"
#include "oci/platform.h"
#include "tests/support/thrown_error.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kNote = "application/vnd.waybill.test.note";

FileTree tree(const std::string& content) {
  FileTree result;
  result.add(RelPath::parse("hello.txt"), content);
  return result;
}

class Archives : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  // An artifact with a referrer, a referrer of that one, and a signature tag.
  Descriptor fill(Store& store, const std::string& content = "hello\n", const PackOptions& options = {}) {
    const Packed packed = pack_tree(tree(content), options);
    push(store, packed);
    const Descriptor note = attach(store, packed.manifest, {kNote, {{"text/plain", "a note", {}}}, {}, 0});
    attach(store, note, {kNote, {{"text/plain", "a note about it", {}}}, {}, 0});
    const Packed signature = pack_tree(tree("signature of " + content), {.artifact_type = "", .annotations = {}});
    push(store, signature);
    store.tag(signature.manifest, packed.manifest.digest.to_string().replace(6, 1, "-") + ".sig", ForceTag::No);
    return packed.manifest;
  }
  std::unique_ptr<Layout> layout(const std::string& name = "layout") { return Layout::open_or_create(path(name)); }

  TemporaryFolder folder_;
};

TEST_F(Archives, HoldEverythingThatBelongsToAManifest) {
  const auto from = layout();
  const Descriptor manifest = fill(*from);
  const CopyOutcome counts = copy_to_archive(*from, {path("a.tar"), "v1", {}}, manifest, ForceTag::No);
  EXPECT_EQ(counts.manifests_pushed, 4U);
  EXPECT_EQ(counts.tags_set, 2U);
  const auto archive = OciArchive::open(path("a.tar"));
  EXPECT_EQ(resolve(*archive, std::nullopt, std::nullopt).digest, manifest.digest);
  EXPECT_EQ(archive->resolve("v1")->digest, manifest.digest);
  EXPECT_EQ(unpack_tree(*archive, manifest).tree, tree("hello\n"));
  ASSERT_THAT(archive->referrers(manifest.digest, kNote), SizeIs(1));
  EXPECT_THAT(archive->referrers(archive->referrers(manifest.digest)[0].digest), SizeIs(1));
  const auto back = layout("back");
  copy_tagged(*archive, *back, manifest, "v1", ForceTag::No);
  const auto again = layout("again");
  copy_tagged(*from, *again, manifest, "v1", ForceTag::No);
  EXPECT_EQ(read_folder(path("back")), read_folder(path("again")));
}

TEST_F(Archives, AreAFunctionOfTheirContent) {
  const auto from = layout();
  const Descriptor manifest = fill(*from);
  copy_to_archive(*from, {path("a.tar"), "v1", {}}, manifest, ForceTag::No);
  const auto archive = OciArchive::open(path("a.tar"));
  copy_to_archive(*archive, {path("b.tar"), "v1", {}}, manifest, ForceTag::No);
  EXPECT_EQ(read_file(path("a.tar")), read_file(path("b.tar")));
}

TEST_F(Archives, AreNotWrittenAgainWhenNothingIsNew) {
  const auto from = layout();
  const Descriptor manifest = fill(*from);
  copy_to_archive(*from, {path("a.tar"), "v1", {}}, manifest, ForceTag::No);
  const auto time = fs::last_write_time(path("a.tar"));
  const CopyOutcome counts = copy_to_archive(*from, {path("a.tar"), "v1", {}}, manifest, ForceTag::No);
  EXPECT_EQ(counts.blobs_pushed + counts.manifests_pushed + counts.tags_set, 0U);
  EXPECT_EQ(fs::last_write_time(path("a.tar")), time);
}

TEST_F(Archives, AreExtendedAndKeepTheirTags) {
  const auto from = layout();
  const Descriptor one = fill(*from, "one");
  const Descriptor two = fill(*from, "two");
  copy_to_archive(*from, {path("a.tar"), "v1", {}}, one, ForceTag::No);
  const std::string before = read_file(path("a.tar"));
  const Error taken = error_of([&] { copy_to_archive(*from, {path("a.tar"), "v1", {}}, two, ForceTag::No); });
  EXPECT_EQ(taken.code(), ErrorCode::Conflict);
  EXPECT_EQ(read_file(path("a.tar")), before);
  copy_to_archive(*from, {path("a.tar"), "v2", {}}, two, ForceTag::No);
  const auto archive = OciArchive::open(path("a.tar"));
  EXPECT_EQ(archive->resolve("v1")->digest, one.digest);
  EXPECT_EQ(archive->resolve("v2")->digest, two.digest);
  copy_to_archive(*from, {path("a.tar"), "v1", {}}, two, ForceTag::Yes);
  EXPECT_EQ(OciArchive::open(path("a.tar"))->resolve("v1")->digest, two.digest);
  for (const auto& entry : fs::directory_iterator(folder_.path()))
    EXPECT_FALSE(entry.path().filename().string().starts_with(".waybill-")) << entry.path();
}

TEST_F(Archives, NeverReplaceAFileThatIsNoArchive) {
  const auto from = layout();
  const Descriptor manifest = fill(*from);
  write_file(path("notes.tar"), "my notes", Overwrite::No);
  const auto attempt = [&] { copy_to_archive(*from, {path("notes.tar"), "v1", {}}, manifest, ForceTag::Yes); };
  EXPECT_EQ(error_of(attempt).code(), ErrorCode::Conflict);
  EXPECT_EQ(read_file(path("notes.tar")), "my notes");
}

TEST_F(Archives, AreCompressedByTheirName) {
  const auto from = layout();
  const Descriptor manifest = fill(*from);
  copy_to_archive(*from, {path("a.tar.zst"), "v1", {}}, manifest, ForceTag::No);
  EXPECT_TRUE(read_file(path("a.tar.zst")).starts_with("\x28\xb5\x2f\xfd"));
  EXPECT_EQ(unpack_tree(*OciArchive::open(path("a.tar.zst")), manifest).tree, tree("hello\n"));
  copy_to_archive(*from, {path("a.tar"), "v1", {}}, manifest, ForceTag::No);
  StringSink gzip;
  GzipSink packer(gzip);
  packer.write(read_file(path("a.tar")));
  packer.finish();
  write_file(path("b.tar.gz"), gzip.text(), Overwrite::No);
  EXPECT_EQ(OciArchive::open(path("b.tar.gz"))->resolve("v1")->digest, manifest.digest);
  EXPECT_EQ(error_of([&] {
              copy_to_archive(*from, {path("c.tar.gz"), "v1", {}}, manifest, ForceTag::No);
            }).code(),
            ErrorCode::InvalidInput);
  EXPECT_FALSE(fs::exists(path("c.tar.gz")));
}

TEST_F(Archives, LeaveNothingBehindWhenABlobIsDamaged) {
  const auto from = layout();
  const Packed packed = pack_tree(tree("hello\n"), {});
  push(*from, packed);
  const fs::path blob = fs::path(path("layout")) / "blobs/sha256" / packed.layer.digest.hex();
  std::string bytes = read_file(blob);
  bytes[10] = static_cast<char>(bytes[10] ^ 1);
  write_file(blob, bytes, Overwrite::Yes);
  const auto attempt = [&] { copy_to_archive(*from, {path("a.tar"), "v1", {}}, packed.manifest, ForceTag::No); };
  EXPECT_EQ(error_of(attempt).code(), ErrorCode::Untrusted);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 1);  // the layout
}

TEST_F(Archives, TellDockerOfSingleImagesAlone) {
  const auto from = layout();
  const Descriptor image = fill(*from, "image", {.artifact_type = ""});
  const Descriptor bundle = fill(*from, "bundle");
  copy_to_archive(*from, {path("a.tar"), "v1", "registry.example.com/app:v1"}, image, ForceTag::No);
  copy_to_archive(*from, {path("a.tar"), "v2", {}}, image, ForceTag::No);
  copy_to_archive(*from, {path("a.tar"), "b1", {}}, bundle, ForceTag::No);
  const ArchiveFile archive = open_archive_file(path("a.tar"));
  const Value list = json::parse(archive.text("manifest.json", 1 << 20), "manifest.json");
  ASSERT_THAT(list.items(), SizeIs(1));
  EXPECT_EQ(*list.items()[0].find("RepoTags"), Value::list({"registry.example.com/app:v1"}));
  const auto docker = DockerArchive::open(path("a.tar"));
  EXPECT_EQ(unpack_tree(*docker, *docker->resolve("v1")).tree, tree("image"));
}

TEST_F(Archives, WithoutALayoutAreToldFromDockers) {
  StringSink sink;
  TarWriter tar(sink);
  tar.add_file("manifest.json", Executable::No, "[]");
  tar.finish();
  write_file(path("d.tar"), sink.text(), Overwrite::No);
  const Error error = error_of([&] { static_cast<void>(OciArchive::open(path("d.tar"))); });
  EXPECT_EQ(error.code(), ErrorCode::NotFound);
  EXPECT_THAT(error.hint(), HasSubstr("docker-archive:"));
  EXPECT_EQ(error_of([&] { static_cast<void>(OciArchive::open(path("missing.tar"))); }).code(), ErrorCode::NotFound);
  EXPECT_EQ(error_of([&] { static_cast<void>(OciArchive::open(folder_.path())); }).code(), ErrorCode::InvalidInput);
}

TEST_F(Archives, OfOthersMayHaveWholeReferencesOrNoNames) {
  const auto from = layout();
  const Packed packed = pack_tree(tree("x"), {});
  push(*from, packed);
  const auto rename = [&](const std::string& annotations) {
    write_file(
        path("layout/index.json"),
        fmt::format(R"({{"schemaVersion":2,"manifests":[{{"mediaType":"{}","digest":"{}","size":{}{}}}]}})",
                    media_type::kImageManifest, packed.manifest.digest.to_string(), packed.manifest.size, annotations),
        Overwrite::Yes);
  };
  rename(R"(,"annotations":{"org.opencontainers.image.ref.name":"registry.example.com:5000/app:1.0"})");
  EXPECT_THAT(from->list_tags(), ElementsAre("1.0"));
  EXPECT_EQ(from->resolve("1.0")->digest, packed.manifest.digest);
  rename("");
  EXPECT_THAT(from->list_tags(), IsEmpty());
  EXPECT_EQ(resolve(*from, std::nullopt, std::nullopt).digest, packed.manifest.digest);
}

// --- docker

struct DockerImage {
  std::string layer;  // as it lies in the archive
  std::string diff_id;
  std::string tag = "example.com/app:1.0";
};

class DockerArchives : public Archives {
 protected:
  // What docker save wrote for many years: CONFIG.json and ID/layer.tar.
  void write(const std::vector<DockerImage>& images) {
    std::map<std::string, std::string> files;
    std::string list;
    for (const DockerImage& image : images) {
      const std::string config = fmt::format(
          R"({{"architecture":"arm64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}})", image.diff_id);
      const std::string name = sha256(config).hex() + ".json";
      const std::string layer = sha256(image.layer).hex() + "/layer.tar";
      files[name] = config;
      files[layer] = image.layer;
      list += fmt::format(R"({}{{"Config":"{}","RepoTags":["{}"],"Layers":["{}"]}})", list.empty() ? "" : ",", name,
                          image.tag, layer);
    }
    files["manifest.json"] = "[" + list + "]";
    StringSink sink;
    TarWriter tar(sink);
    for (const auto& [name, bytes] : files) tar.add_file(name, Executable::No, bytes);
    tar.finish();
    write_file(path("d.tar"), sink.text(), Overwrite::Yes);
  }
  static std::string layer() {
    StringSink sink;
    write_tar(tree("in an image"), sink);
    return sink.take();
  }
  static std::string gzip(const std::string& bytes) {
    StringSink sink;
    GzipSink packer(sink);
    packer.write(bytes);
    packer.finish();
    return sink.take();
  }
  [[nodiscard]] Error refusal() const {
    return error_of([&] { static_cast<void>(DockerArchive::open(path("d.tar"))); });
  }
};

TEST_F(DockerArchives, BecomeImagesWhoseConfigAndLayersAreUnchanged) {
  write({{layer(), sha256(layer()).to_string()}});
  const auto docker = DockerArchive::open(path("d.tar"));
  const Descriptor image = resolve(*docker, "1.0", std::nullopt);
  const ImageManifest manifest = parse_image_manifest(require_manifest(*docker, image.digest).bytes);
  EXPECT_EQ(manifest.config.media_type, media_type::kImageConfig);
  ASSERT_THAT(manifest.layers, SizeIs(1));
  EXPECT_EQ(manifest.layers[0].media_type, media_type::kLayerTar);
  EXPECT_EQ(manifest.layers[0].digest, sha256(layer()));
  const auto to = layout();
  copy_tagged(*docker, *to, image, "1.0", ForceTag::No);
  EXPECT_EQ(unpack_tree(*to, image).tree, tree("in an image"));
  EXPECT_EQ(select_platform(*to, image, Platform::parse("linux/arm64")).digest, image.digest);
  EXPECT_EQ(error_of([&] { static_cast<void>(select_platform(*to, image, Platform::parse("linux/amd64"))); }).code(),
            ErrorCode::NotFound);
}

TEST_F(DockerArchives, MayHaveCompressedLayers) {
  write({{gzip(layer()), sha256(layer()).to_string()}});
  const auto docker = DockerArchive::open(path("d.tar"));
  const Descriptor image = resolve(*docker, std::nullopt, std::nullopt);
  const ImageManifest manifest = parse_image_manifest(require_manifest(*docker, image.digest).bytes);
  EXPECT_EQ(manifest.layers.at(0).media_type, media_type::kLayerTarGzip);
  EXPECT_EQ(manifest.layers.at(0).digest, sha256(gzip(layer())));
  EXPECT_EQ(unpack_tree(*docker, image).tree, tree("in an image"));
}

TEST_F(DockerArchives, WithLayersOfOtherContentAreNotTrusted) {
  write({{gzip(layer()), sha256("other").to_string()}});
  EXPECT_EQ(refusal().code(), ErrorCode::Untrusted);
  // A plain layer's digest is believed until it is read.
  write({{layer(), sha256("other").to_string()}});
  const auto docker = DockerArchive::open(path("d.tar"));
  const auto to = layout();
  const Descriptor image = resolve(*docker, "1.0", std::nullopt);
  EXPECT_EQ(error_of([&] { copy_tagged(*docker, *to, image, "1.0", ForceTag::No); }).code(), ErrorCode::Untrusted);
  EXPECT_FALSE(to->resolve("1.0"));
}

TEST_F(DockerArchives, WithOneTagForTwoImagesWantAnother) {
  const std::string other = std::string("other") + std::string(507, '\0');
  write({{layer(), sha256(layer()).to_string()}, {other, sha256(other).to_string(), "localhost:5000/other:1.0"}});
  const auto docker = DockerArchive::open(path("d.tar"));
  const Error error = error_of([&] { static_cast<void>(resolve(*docker, "1.0", std::nullopt)); });
  EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
  EXPECT_THAT(error.message(), HasSubstr("localhost:5000/other:1.0"));
}

TEST_F(DockerArchives, WithUnreadableListsAreRefused) {
  const std::string config = R"({"rootfs":{"diff_ids":[]}})";
  for (const char* list : {"", "{}", "[1]", "[{}]", R"([{"Config":1}])", R"([{"Config":"missing.json"}])",
                           R"([{"Config":"c.json","Layers":["c.json"]}])", R"([{"Config":"c.json","Layers":"c.json"}])",
                           R"([{"Config":"manifest.json"}])", R"([{"Config":"c.json","RepoTags":[1]}])"}) {
    StringSink sink;
    TarWriter tar(sink);
    tar.add_file("c.json", Executable::No, config);
    tar.add_file("manifest.json", Executable::No, list);
    tar.finish();
    write_file(path("d.tar"), sink.text(), Overwrite::Yes);
    const ErrorCode code = refusal().code();
    EXPECT_TRUE(code == ErrorCode::InvalidInput || code == ErrorCode::NotFound) << list;
  }
}

// --- platforms

TEST(Platforms, AreReadAndMatched) {
  EXPECT_EQ(Platform::parse("linux/arm64").architecture, "arm64");
  EXPECT_EQ(Platform::parse("linux/arm64/v8").variant, "v8");
  for (const char* text : {"", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux//v8"})
    EXPECT_THROW(static_cast<void>(Platform::parse(text)), Error) << text;
}

// --- what a layout lets go

TEST_F(Archives, LayoutsArePrunedOfWhatNothingNames) {
  const auto store = layout();
  const Descriptor one = fill(*store, "one");
  const Descriptor two = fill(*store, "two");
  store->tag(one, "v1", ForceTag::No);
  store->tag(two, "v2", ForceTag::No);
  EXPECT_EQ(store->prune().blobs, 0U);
  const auto only = layout("only");
  fill(*only, "two");
  only->tag(two, "v2", ForceTag::No);
  EXPECT_TRUE(store->untag("v1"));
  EXPECT_GT(store->prune().blobs, 0U);
  EXPECT_EQ(read_folder(path("layout")), read_folder(path("only")));
  EXPECT_TRUE(store->unlist(two.digest));
  EXPECT_FALSE(store->unlist(two.digest));
  store->prune();
  EXPECT_THAT(store->list_tags(), IsEmpty());
  EXPECT_TRUE(fs::is_empty(path("layout/blobs/sha256")));
}

}  // namespace
}  // namespace waybill::oci
