#include "oci/closure.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/file_system.h"
#include "oci/copy.h"
#include "oci/lanes.h"
#include "oci/layout.h"
#include "oci/media_types.h"
#include "oci/reference.h"
#include "tests/unit/oci/registry_fixture.h"

namespace waybill::oci {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

constexpr std::size_t kImages = 12;

Packed image(std::size_t number) {
  FileTree tree;
  tree.add(RelPath::parse("number"), std::to_string(number));
  return pack_tree(tree, {});
}

// An index of images, each of which is signed by a referrer, which is signed again; and so is the index.
Descriptor push_signed_index(Store& store) {
  ImageIndex index{std::string(media_type::kImageIndex), {}, {}, {}, {}};
  for (std::size_t i = 0; i < kImages; ++i) {
    const Packed packed = image(i);
    push(store, packed);
    attach(store, attach(store, packed.manifest, note("signature")), note("of the signature"));
    index.manifests.push_back(
        Descriptor{packed.manifest.media_type, packed.manifest.digest, packed.manifest.size, {}, {}, {}});
  }
  const std::string bytes = to_bytes(index);
  push_manifest(store, bytes, media_type::kImageIndex);
  Descriptor root = describe(bytes, media_type::kImageIndex);
  attach(store, root, note("signature"));
  return root;
}

std::vector<Digest> order_of(const Closure& closure) {
  std::vector<Digest> result;
  for (const FoundManifest& found : closure.manifests) result.push_back(found.manifest.descriptor.digest);
  return result;
}

// The most requests about manifests that were without an answer at a time.
unsigned most_at_once(Fixture& fixture, const std::string& method) {
  unsigned most = 0;
  for (const auto& request : fixture.fake.server().requests()) {
    if (request.method == method && request.path().find("/blobs/") == std::string::npos)
      most = std::max(most, request.at_once);
  }
  return most;
}

TEST(Closure, IsInOneOrderFromNearAndFar) {
  const TemporaryFolder folder;
  const auto layout = Layout::open_or_create(folder.path() / "layout");
  const Descriptor root = push_signed_index(*layout);
  const std::vector<Digest> near = order_of(closure_of(*layout, root.digest, WithReferrers::Yes));
  EXPECT_EQ(near.size(), 3 * kImages + 2);
  for (const bool referrers_api : {true, false}) {
    Fixture fixture({.referrers_api = referrers_api});
    copy(*layout, *fixture.registry, root);
    EXPECT_EQ(order_of(closure_of(*fixture.registry, root.digest, WithReferrers::Yes)), near);
  }
}

TEST(Closure, IsAskedForManyAtOnce) {
  const TemporaryFolder folder;
  const auto layout = Layout::open_or_create(folder.path() / "layout");
  const Descriptor root = push_signed_index(*layout);
  Fixture fixture({.manifest_delay = std::chrono::milliseconds(20), .referrers_api = true});
  copy_tagged(*layout, *fixture.registry, root, "1.0", ForceTag::No);
  static_cast<void>(closure_of(*fixture.registry, root.digest, WithReferrers::Yes));
  for (const char* method : {"GET", "HEAD", "PUT"}) {
    EXPECT_THAT(most_at_once(fixture, method), AllOf(Ge(2U), Le(kRequestsAtOnce))) << method;
  }
  EXPECT_THAT(fixture.fake.tags_too_early(), IsEmpty());
}

TEST(Closure, HasListsOfSeveralSubjectsWrittenAtOnce) {
  const TemporaryFolder folder;
  const auto layout = Layout::open_or_create(folder.path() / "layout");
  const Descriptor root = push_signed_index(*layout);
  Fixture fixture({.manifest_delay = std::chrono::milliseconds(20)});
  copy_tagged(*layout, *fixture.registry, root, "1.0", ForceTag::No);
  // Read, written and read again: one after the other the requests for one list would stand side by side.
  std::vector<std::string> lists;
  for (const std::string& asked : asked_of_manifests(fixture)) {
    const std::string name = asked.substr(asked.find(' ') + 1);
    if (name.starts_with("sha256-")) lists.push_back(name);
  }
  EXPECT_GT(std::unique(lists.begin(), lists.end()) - lists.begin(), std::ptrdiff_t{2 * kImages + 1});
  EXPECT_EQ(closure_of(*fixture.registry, root.digest, WithReferrers::Yes).manifests.size(), 3 * kImages + 2);
}

TEST(Closure, IsWrittenFromTheLeavesToTheRoot) {
  const TemporaryFolder folder;
  const auto layout = Layout::open_or_create(folder.path() / "layout");
  const Descriptor root = push_signed_index(*layout);
  const Closure closure = closure_of(*layout, root.digest, WithReferrers::Yes);
  for (const bool referrers_api : {true, false}) {
    Fixture fixture({.manifest_delay = std::chrono::milliseconds(2), .referrers_api = referrers_api});
    copy_tagged(*layout, *fixture.registry, root, "1.0", ForceTag::No);
    std::vector<std::string> written;
    for (const std::string& asked : asked_of_manifests(fixture)) {
      if (asked.starts_with("PUT ")) written.push_back(asked.substr(4));
    }
    const auto place = [&](const std::string& name) {
      const auto found = std::find(written.begin(), written.end(), name);
      EXPECT_NE(found, written.end()) << name;
      return found - written.begin();
    };
    for (const FoundManifest& found : closure.manifests) {
      const auto own = place(found.manifest.descriptor.digest.to_string());
      for (const Descriptor& child : found.links.manifests) EXPECT_LT(place(child.digest.to_string()), own);
      if (found.links.subject) {
        EXPECT_LT(place(found.links.subject->digest.to_string()), own);
      }
    }
    EXPECT_EQ(written.back(), "1.0");
  }
}

// Each is named by the root, so none is deep, and the way through them is long.
TEST(Closure, IsNoDeeperByALongWay) {
  const TemporaryFolder folder;
  const auto layout = Layout::open_or_create(folder.path() / "layout");
  ImageIndex root{std::string(media_type::kImageIndex), {}, {}, {}, {}};
  for (unsigned i = 0; i < 40; ++i) {
    ImageIndex index{std::string(media_type::kImageIndex), {}, {}, {}, {{"number", std::to_string(i)}}};
    if (i != 0) index.manifests.push_back(root.manifests.front());
    const std::string bytes = to_bytes(index);
    push_manifest(*layout, bytes, media_type::kImageIndex);
    root.manifests.insert(root.manifests.begin(), describe(bytes, media_type::kImageIndex));
  }
  const std::string bytes = to_bytes(root);
  push_manifest(*layout, bytes, media_type::kImageIndex);
  const Digest digest = describe(bytes, media_type::kImageIndex).digest;
  const Error error = error_of([&] { static_cast<void>(closure_of(*layout, digest, WithReferrers::Yes)); });
  EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
  EXPECT_THAT(error.message(), HasSubstr("nested more than 8 deep"));
}

}  // namespace
}  // namespace waybill::oci
