#include <gmock/gmock.h>

#include "core/error.h"
#include "core/file_system.h"
#include "core/json/reader.h"
#include "oci/attach.h"
#include "oci/layout.h"
#include "oci/media_types.h"
#include "oci/pack.h"
#include "oci/retry.h"

namespace waybill::oci {
namespace {

using ::testing::HasSubstr;

const std::string kDescriptor = R"({"mediaType":"a/b","digest":"sha256:)" + std::string(64, 'a') + R"(","size":3})";

std::string image(const std::string& more) {
  return R"({"schemaVersion":2,"config":)" + kDescriptor + R"(,"layers":[])" + more + "}";
}

TEST(Manifest, RefusesWhatTwoReadersCouldUnderstandInTwoWays) {
  for (const std::string& text :
       {image(R"(,"manifests":[])"), image(R"(,"mediaType":"application/vnd.oci.image.index.v1+json")"),
        image(R"(,"schemaVersion":2)"), std::string(R"({"schemaVersion":2})"),
        std::string(R"({"schemaVersion":1,"manifests":[]})"), std::string("[]"), std::string(),
        std::string(R"({"schemaVersion":2,"manifests":{}})"),
        std::string(R"({"schemaVersion":2,"manifests":[{"mediaType":"a/b"}]})"), image("") + " x"}) {
    EXPECT_THROW(static_cast<void>(parse_manifest(text, {})), Error) << text;
  }
  EXPECT_THROW(static_cast<void>(parse_manifest(image(""), media_type::kImageIndex)), Error);
  EXPECT_THROW(static_cast<void>(parse_manifest(std::string(kLargestManifest + 1, ' '), {})), Error);
}

TEST(Manifest, OfOldWritersIsUnderstood) {
  EXPECT_EQ(parse_image_manifest(image(R"(,"annotations":null)"), media_type::kImageManifest).config.size, 3U);
  EXPECT_TRUE(parse_image_index(R"({"schemaVersion":2,"manifests":null})").manifests.empty());
}

TEST(Descriptor, KeepsMembersThatItDoesNotKnow) {
  const Value value = json::parse(
      R"({"mediaType":"a/b","digest":"sha256:)" + std::string(64, 'a') +
          R"(","size":3,"platform":{"os":"linux"},"urls":["x"],"annotations":{"k":"v"},"artifactType":"t/u"})",
      "test");
  EXPECT_EQ(to_value(descriptor_from_value(value, "it")), value);
}

TEST(Descriptor, RefusesWrongMembers) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  for (const std::string& text : {std::string("1"), std::string(R"({"digest":")") + digest + R"(","size":3})",
                                  std::string(R"({"mediaType":"a/b","digest":"sha256:a","size":3})"),
                                  R"({"mediaType":"a/b","digest":")" + digest + R"(","size":-1})",
                                  R"({"mediaType":"a/b","digest":")" + digest + R"(","size":1.5})",
                                  R"({"mediaType":"a/b","digest":")" + digest + R"(","size":1,"annotations":{"k":1}})",
                                  R"({"mediaType":"","digest":")" + digest + R"(","size":1})"}) {
    EXPECT_THROW(static_cast<void>(descriptor_from_value(json::parse(text, "test"), "it")), Error) << text;
  }
}

FileTree tree() {
  FileTree result;
  result.add(RelPath::parse("hello.txt"), "hello\n");
  return result;
}

TEST(Pack, HasTheDigestsOfThePublishedTestVector) {
  const Packed packed = pack_tree(tree(), {});
  EXPECT_EQ(packed.diff_id.hex(), "62933cede5c644db538122618bf5acbfd0a24ebf6128e0f0468265faa13eca9d");
  EXPECT_EQ(sha256(packed.layer_bytes), packed.layer.digest);
  EXPECT_EQ(sha256(packed.manifest_bytes), packed.manifest.digest);
  const ImageManifest manifest = parse_image_manifest(packed.manifest_bytes);
  EXPECT_EQ(manifest.artifact_type, media_type::kBundle);
  EXPECT_EQ(manifest.annotations.at("org.opencontainers.image.created"), "1970-01-01T00:00:00Z");
  EXPECT_EQ(manifest.layers.at(0).annotations.at("org.opencontainers.image.title"), "bundle.tar.gz");
  EXPECT_THAT(packed.config_bytes, HasSubstr(packed.diff_id.to_string()));
}

TEST(Pack, TakesTimeTypeAndConfigFromItsOptions) {
  const Packed packed = pack_tree(
      tree(), {.artifact_type = "", .layer_title = "", .config_type = ConfigType::Empty, .created = 1'700'000'000});
  const ImageManifest manifest = parse_image_manifest(packed.manifest_bytes);
  EXPECT_EQ(manifest.config.media_type, media_type::kEmpty);
  EXPECT_EQ(packed.config_bytes, "{}");
  EXPECT_EQ(manifest.annotations.at("org.opencontainers.image.created"), "2023-11-14T22:13:20Z");
  EXPECT_TRUE(manifest.layers.at(0).annotations.empty());
}

class Unpack : public ::testing::Test {
 protected:
  // Pushes the packed tree with a changed manifest and unpacks that.
  Unpacked unpack(const std::function<void(ImageManifest&)>& change, const TarLimits& limits = {}) {
    const auto layout = Layout::open_or_create(folder_.path() / "layout");
    const Packed packed = pack_tree(tree(), {});
    push(*layout, packed);
    push_bytes(*layout, kEmptyJson, media_type::kEmpty);
    wrong_config_ = push_bytes(*layout, R"({"rootfs":{"diff_ids":["sha256:)" + std::string(64, 'b') + R"("]}})",
                               media_type::kImageConfig);
    ImageManifest manifest = parse_image_manifest(packed.manifest_bytes);
    change(manifest);
    const std::string bytes = to_bytes(manifest);
    push_manifest(*layout, bytes, media_type::kImageManifest);
    return unpack_tree(*layout, describe(bytes, media_type::kImageManifest), limits);
  }
  TemporaryFolder folder_;
  std::optional<Descriptor> wrong_config_;
};

TEST_F(Unpack, GivesTheTreeBack) {
  EXPECT_EQ(unpack([](ImageManifest&) {}).tree, tree());
  EXPECT_EQ(unpack([](ImageManifest& manifest) { manifest.config = describe(kEmptyJson, media_type::kEmpty); }).diff_id,
            pack_tree(tree(), {}).diff_id);
}

TEST_F(Unpack, RefusesAnotherContentThanTheConfigPromises) {
  EXPECT_THROW(unpack([this](ImageManifest& manifest) { manifest.config = *wrong_config_; }), Error);
}

TEST_F(Unpack, WantsExactlyOneContentLayer) {
  EXPECT_THROW(unpack([](ImageManifest& manifest) { manifest.layers.push_back(manifest.layers.at(0)); }), Error);
  EXPECT_THROW(unpack([](ImageManifest& manifest) { manifest.layers.clear(); }), Error);
}

TEST_F(Unpack, KeepsToItsLimits) {
  EXPECT_THROW(unpack([](ImageManifest&) {}, {.entries = 100, .bytes = 5}), Error);
}

TEST(RetryAfter, IsSecondsOrADate) {
  using std::chrono::milliseconds;
  const std::chrono::system_clock::time_point now(std::chrono::seconds(784'111'777));  // Sun, 06 Nov 1994 08:49:37 GMT
  EXPECT_EQ(parse_retry_after("3", now), milliseconds(3000));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:47 GMT", now), milliseconds(10'000));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:27 GMT", now), milliseconds(0));
  EXPECT_GT(parse_retry_after("Sun, 06 Nov 3988 08:49:37 GMT", now), std::chrono::hours(24 * 365 * 1900));
  for (const char* text : {"", "-1", "soon", "3 s", "Sun, 06 Nov 1994 08:49:47 CET", "Sun, 31 Feb 1994 08:49:47 GMT"})
    EXPECT_FALSE(parse_retry_after(text, now)) << text;
}

}  // namespace
}  // namespace waybill::oci
