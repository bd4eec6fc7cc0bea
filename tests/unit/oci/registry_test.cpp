#include "oci/registry.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <barrier>
#include <thread>

#include "core/file_system.h"
#include "oci/attach.h"
#include "oci/copy.h"
#include "oci/layout.h"
#include "oci/media_types.h"
#include "oci/pack.h"
#include "tests/unit/oci/registry_fixture.h"

namespace waybill::oci {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FakeRegistrySwitches;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(Registry, GivesBackWhatWasPushed) {
  for (const bool relative : {true, false}) {
    Fixture fixture({.relative_location = relative});
    const Packed packed = small_bundle();
    EXPECT_EQ(push(*fixture.registry, packed), Pushed::Transferred);
    fixture.registry->tag(packed.manifest, "1.0", ForceTag::No);
    const auto resolved = fixture.registry->resolve("1.0");
    ASSERT_TRUE(resolved);
    EXPECT_EQ(resolved->digest, packed.manifest.digest);
    EXPECT_EQ(unpack_tree(*fixture.registry, *resolved).diff_id, packed.diff_id);
  }
}

TEST(Registry, PushesNothingTwice) {
  Fixture fixture;
  push(*fixture.registry, small_bundle());
  const std::size_t before = fixture.fake.server().count("PUT");
  EXPECT_EQ(push(*fixture.registry, small_bundle()), Pushed::AlreadyThere);
  EXPECT_EQ(fixture.fake.server().count("PUT"), before);
}

TEST(Registry, AsksForATokenWithTheWidestScopeItNeeds) {
  Fixture fixture({.token = "t0ken", .password = "robot:s3cr3t-word"}, user_and_password());
  push(*fixture.registry, small_bundle());
  std::vector<std::string> scopes;
  for (const auto& request : fixture.fake.server().requests()) {
    if (request.path() == "/token") scopes.push_back(request.target);
  }
  EXPECT_THAT(scopes, ElementsAre(HasSubstr("scope=repository%3Ateam%2Fapp%3Apull&"),
                                  HasSubstr("scope=repository%3Ateam%2Fapp%3Apull%2Cpush&")));
}

TEST(Registry, SaysDeniedWithoutThePassword) {
  for (const bool basic : {true, false}) {
    Fixture fixture({.token = basic ? "" : "t0ken", .password = "robot:another", .basic = basic}, user_and_password());
    const Error error = error_of([&] { static_cast<void>(fixture.registry->resolve("1.0")); });
    EXPECT_EQ(error.code(), ErrorCode::Denied);
    EXPECT_THAT(error.message(), Not(HasSubstr("s3cr3t")));
    EXPECT_THAT(fixture.waits, IsEmpty());
  }
}

TEST(Registry, TakesBasicCredentials) {
  Fixture fixture({.password = "robot:s3cr3t-word", .basic = true}, user_and_password());
  EXPECT_EQ(push(*fixture.registry, small_bundle()), Pushed::Transferred);
}

TEST(Registry, WaitsAsLongAsItIsAskedTo) {
  for (const auto& [header, wait] :
       {std::pair("7", 7000), std::pair("Sun, 09 Sep 2001 01:46:45 GMT", 5000), std::pair("99999", 120000)}) {
    Fixture fixture({.refusals = 1, .refusal_status = 429, .retry_after = header});
    EXPECT_FALSE(fixture.registry->resolve("1.0"));
    EXPECT_THAT(fixture.waits, ElementsAre(milliseconds(wait)));
  }
}

TEST(Registry, GivesUpAfterFiveAttemptsThatWaitLongerEachTime) {
  for (const auto& [status, code] : {std::pair(503, ErrorCode::Unavailable), std::pair(429, ErrorCode::RateLimited)}) {
    Fixture fixture({.refusals = 100, .refusal_status = status});
    EXPECT_EQ(error_of([&] { static_cast<void>(fixture.registry->list_tags()); }).code(), code);
    EXPECT_THAT(fixture.waits,
                ElementsAre(milliseconds(250), milliseconds(500), milliseconds(1000), milliseconds(2000)));
    EXPECT_EQ(fixture.fake.server().count("GET"), 5U);
  }
}

TEST(Registry, BeginsAnUploadAnewWhenItBreaks) {
  Fixture fixture({.refusals = 2, .refusal_status = 502, .refused_path = "session-"});
  const std::string content = "some content";
  const Descriptor blob = push_bytes(*fixture.registry, content, "text/plain");
  EXPECT_EQ(fixture.fake.blob(blob.digest.to_string()), content);
  EXPECT_EQ(fixture.fake.server().count("POST"), 3U);
}

TEST(Registry, RefusesToUploadWhatTheDescriptorDoesNotSay) {
  Fixture fixture;
  const Descriptor blob = describe("this", "text/plain");
  const Error error = error_of([&] { fixture.registry->push_blob(blob, opener("that")); });
  EXPECT_EQ(error.code(), ErrorCode::Untrusted);
  EXPECT_FALSE(fixture.fake.blob(blob.digest.to_string()));
}

TEST(Registry, NoticesADigestThatIsNotThatOfTheContent) {
  Fixture fixture({.wrong_digest_header = true});
  EXPECT_EQ(error_of([&] { push_bytes(*fixture.registry, "x", "text/plain"); }).code(), ErrorCode::Untrusted);
}

TEST(Registry, NoticesAChangedBlob) {
  Fixture fixture({.wrong_blob = true});
  const Descriptor blob = push_bytes(*fixture.registry, "some content", "text/plain");
  EXPECT_EQ(error_of([&] { static_cast<void>(fetch_bytes(*fixture.registry, blob, 100)); }).code(),
            ErrorCode::Untrusted);
}

TEST(Registry, RepeatsADownloadThatWasCutOff) {
  Fixture fixture({.truncated_blobs = 2});
  for (const std::size_t size : {std::size_t{1000}, std::size_t{5} << 20}) {  // in memory, and in a file
    const std::string content(size, 'w');
    const Descriptor blob = push_bytes(*fixture.registry, content, "text/plain");
    EXPECT_EQ(fetch_bytes(*fixture.registry, blob, size), content);
  }
  EXPECT_THAT(fixture.waits, SizeIs(2));
}

TEST(Registry, NeverShowsItsTokenToAnotherHost) {
  const std::string content = "some content";
  const testing::FakeServer storage([&](const testing::FakeRequest&) {
    return testing::FakeResponse{200, {}, content};
  });
  Fixture fixture({.token = "t0ken", .blob_redirect = storage.host()});
  const Descriptor blob = push_bytes(*fixture.registry, content, "text/plain");
  EXPECT_EQ(fetch_bytes(*fixture.registry, blob, 100), content);
  ASSERT_THAT(storage.requests(), SizeIs(1));
  EXPECT_EQ(storage.requests().at(0).header("authorization"), "");
}

TEST(Registry, KeepsATagThatHoldsSomethingElse) {
  Fixture fixture;
  const Packed first = small_bundle();
  push(*fixture.registry, first);
  EXPECT_TRUE(fixture.registry->tag(first.manifest, "1.0", ForceTag::No));
  EXPECT_FALSE(fixture.registry->tag(first.manifest, "1.0", ForceTag::No));
  const FileTree tree;
  const Packed second = pack_tree(tree, {});
  push(*fixture.registry, second);
  const Error error = error_of([&] { fixture.registry->tag(second.manifest, "1.0", ForceTag::No); });
  EXPECT_EQ(error.code(), ErrorCode::Conflict);
  EXPECT_THAT(error.hint(), HasSubstr("--force-tag"));
  EXPECT_EQ(fixture.registry->resolve("1.0")->digest, first.manifest.digest);
  fixture.registry->tag(second.manifest, "1.0", ForceTag::Yes);
  EXPECT_EQ(fixture.registry->resolve("1.0")->digest, second.manifest.digest);
}

TEST(Registry, FetchesAManifestThatHasNoDigestHeader) {
  Fixture fixture({.digest_headers = false});
  const Packed packed = small_bundle();
  push(*fixture.registry, packed);
  EXPECT_EQ(fixture.registry->resolve(packed.manifest.digest)->size, packed.manifest_bytes.size());
}

TEST(Registry, ListsTagsOfAllPages) {
  Fixture fixture({.paged = true});
  const Packed packed = small_bundle();
  push(*fixture.registry, packed);
  for (const char* tag : {"b", "a", "c"}) fixture.registry->tag(packed.manifest, tag, ForceTag::No);
  EXPECT_THAT(fixture.registry->list_tags(), ElementsAre("a", "b", "c"));
}

TEST(Registry, ListsReferrersWithAndWithoutAListOfItsOwn) {
  for (const FakeRegistrySwitches& switches :
       {FakeRegistrySwitches{.referrers_api = true, .paged = true}, FakeRegistrySwitches{},
        FakeRegistrySwitches{.announce_subject = true}}) {
    Fixture fixture(switches);
    const Packed packed = small_bundle();
    push(*fixture.registry, packed);
    for (const char* text : {"one", "two", "two", "three"}) attach(*fixture.registry, packed.manifest, note(text));
    EXPECT_THAT(fixture.registry->referrers(packed.manifest.digest), SizeIs(3));
    EXPECT_THAT(fixture.registry->referrers(packed.manifest.digest, "application/vnd.other"), IsEmpty());
    EXPECT_EQ(fixture.fake.manifest(digest_tag(packed.manifest.digest)).has_value(), !switches.referrers_api);
  }
}

// What cosign 2 writes: the media type of the config for that of the artifact.
TEST(Registry, ReadsTheTypeOfAReferrerThatIsListedUnderNone) {
  Fixture fixture;
  const Packed packed = small_bundle();
  push(*fixture.registry, packed);
  attach(*fixture.registry, packed.manifest, note("one"));
  const std::string tag = digest_tag(packed.manifest.digest);
  const Descriptor right = fixture.registry->referrers(packed.manifest.digest).at(0);
  for (const bool there : {true, false}) {
    ImageIndex index = parse_image_index(fixture.registry->fetch_tagged(tag).value().bytes);
    index.manifests.at(0).artifact_type = media_type::kEmpty;
    index.manifests.at(0).annotations.clear();
    if (!there) index.manifests.at(0).digest = sha256("nothing");
    const std::string bytes = to_bytes(index);
    push_manifest(*fixture.registry, bytes, media_type::kImageIndex);
    fixture.registry->tag(describe(bytes, media_type::kImageIndex), tag, ForceTag::Yes);
    const std::vector<Descriptor> found = fixture.registry->referrers(packed.manifest.digest, right.artifact_type);
    ASSERT_THAT(found, SizeIs(there ? 1 : 0));
    if (there) {
      EXPECT_EQ(found[0].annotations, right.annotations);
    }
  }
}

TEST(Registry, WritesTheListOfReferrersAgainWhenARaceWasLost) {
  Fixture fixture({.lost_referrers = 2});
  const Packed packed = small_bundle();
  push(*fixture.registry, packed);
  attach(*fixture.registry, packed.manifest, note("one"));
  EXPECT_THAT(fixture.registry->referrers(packed.manifest.digest), SizeIs(1));
  Fixture hopeless({.lost_referrers = 1000});
  push(*hopeless.registry, packed);
  EXPECT_EQ(error_of([&] { attach(*hopeless.registry, packed.manifest, note("one")); }).code(), ErrorCode::Conflict);
}

TEST(Registry, LosesNoReferrerOfThreadsThatWriteAtOnce) {
  Fixture fixture;
  const Packed packed = small_bundle();
  push(*fixture.registry, packed);
  constexpr int kThreads = 4;
  std::barrier start(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        attach(*fixture.registry, packed.manifest, note(fmt::format("note {}", i)));
      });
    }
  }
  EXPECT_THAT(fixture.registry->referrers(packed.manifest.digest), SizeIs(kThreads));
}

TEST(Registry, IsUnavailableWhenNobodyListens) {
  RegistryOptions options;
  int waits = 0;
  options.clock.sleep = [&](milliseconds) { ++waits; };
  Registry registry(Reference::parse(fmt::format("127.0.0.1:{}/team/app", 1)), std::move(options));
  EXPECT_EQ(error_of([&] { static_cast<void>(registry.resolve("1.0")); }).code(), ErrorCode::Unavailable);
  EXPECT_EQ(waits, 4);
}

TEST(Registry, NamesTheRegistrysOwnWords) {
  Fixture fixture({.refusals = 1, .refusal_status = 403});
  const Error error = error_of([&] { static_cast<void>(fixture.registry->list_tags()); });
  EXPECT_EQ(error.code(), ErrorCode::Denied);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("TOOMANYREQUESTS: as told"), HasSubstr("403")));
}

TEST(Registry, TagsOnlyAfterTheSignatures) {
  const BundleLayout source;
  const auto& [folder, layout, packed] = source;
  attach(*layout, packed.manifest, note("signature"));
  Fixture fixture;
  copy_tagged(*layout, *fixture.registry, packed.manifest, "1.0", ForceTag::No);
  std::vector<std::string> written;
  for (const auto& request : fixture.fake.server().requests()) {
    if (request.method == "PUT") written.push_back(request.path());
  }
  ASSERT_FALSE(written.empty());
  EXPECT_THAT(written.back(), HasSubstr("/manifests/1.0"));
  EXPECT_THAT(written.at(written.size() - 2), HasSubstr(digest_tag(packed.manifest.digest)));
  const CopyOutcome again = copy_tagged(*layout, *fixture.registry, packed.manifest, "1.0", ForceTag::No);
  EXPECT_EQ(again.blobs_pushed + again.manifests_pushed + again.tags_set, 0U);
}

TEST(Registry, IsSentAManifestOnceWithItsTag) {
  const BundleLayout source;
  const auto& [folder, layout, packed] = source;
  Fixture fixture;
  const CopyOutcome outcome = copy_tagged(*layout, *fixture.registry, packed.manifest, "1.0", ForceTag::No);
  EXPECT_EQ(outcome.manifests_pushed, 1U);
  EXPECT_EQ(outcome.tags_set, 1U);
  // Whether the tag is free, before anything is sent and again when all of it is there.
  EXPECT_THAT(asked_of_manifests(fixture),
              ElementsAre("HEAD 1.0", "HEAD " + packed.manifest.digest.to_string(), "HEAD 1.0", "PUT 1.0"));
  const auto by_digest = fixture.registry->fetch_manifest(packed.manifest.digest);
  ASSERT_TRUE(by_digest);
  EXPECT_EQ(by_digest->bytes, packed.manifest_bytes);
}

TEST(Registry, ProvesWhatItHasStoredUnderATag) {
  const Packed packed = small_bundle();
  for (const bool damages : {false, true}) {
    Fixture fixture({.digest_headers = false, .damages_manifests = damages});
    fixture.registry->push_blob(packed.config, opener(packed.config_bytes));
    fixture.registry->push_blob(packed.layer, opener(packed.layer_bytes));
    const auto push_it = [&] {
      return fixture.registry->push_tagged({packed.manifest, packed.manifest_bytes}, "1.0", ForceTag::No);
    };
    if (damages) {
      const Error error = error_of([&] { push_it(); });
      EXPECT_EQ(error.code(), ErrorCode::Untrusted);
      EXPECT_THAT(error.message(), HasSubstr("stored something else"));
    } else {
      EXPECT_TRUE(push_it());
    }
  }
}

TEST(Registry, IsNotAskedAgainForAManifestThatItDoesNotHave) {
  const BundleLayout source;
  const auto& [folder, layout, packed] = source;
  Fixture fixture;
  copy(*layout, *fixture.registry, packed.manifest);
  const std::string digest = packed.manifest.digest.to_string();
  EXPECT_THAT(asked_of_manifests(fixture), ElementsAre("HEAD " + digest, "PUT " + digest));
  // Only once: what was deleted since is asked for anew.
  EXPECT_EQ(push_manifest(*fixture.registry, packed.manifest_bytes, media_type::kImageManifest), Pushed::AlreadyThere);
}

TEST(Registry, KeepsATagThatAnotherHasSetMeanwhile) {
  const Packed packed = small_bundle();
  Fixture fixture;
  const std::string other = to_bytes(ImageIndex{std::string(media_type::kImageIndex), {}, {}, {}, {}});
  push_manifest(*fixture.registry, other, media_type::kImageIndex);
  fixture.registry->tag(describe(other, media_type::kImageIndex), "1.0", ForceTag::No);
  const FetchedManifest manifest{packed.manifest, packed.manifest_bytes};
  push(*fixture.registry, packed);
  EXPECT_EQ(error_of([&] { fixture.registry->push_tagged(manifest, "1.0", ForceTag::No); }).code(),
            ErrorCode::Conflict);
  EXPECT_TRUE(fixture.registry->push_tagged(manifest, "1.0", ForceTag::Yes));
  EXPECT_FALSE(fixture.registry->push_tagged(manifest, "1.0", ForceTag::No));
  EXPECT_EQ(fixture.registry->resolve("1.0")->digest, packed.manifest.digest);
}

TEST(Registry, IsAskedOnceWhenAPushIsRepeated) {
  const BundleLayout source;
  const auto& [folder, layout, packed] = source;
  Fixture fixture;
  copy_tagged(*layout, *fixture.registry, packed.manifest, "1.0", ForceTag::No);
  const std::size_t before = fixture.fake.server().requests().size();
  EXPECT_FALSE(changed(copy_tagged(*layout, *fixture.registry, packed.manifest, "1.0", ForceTag::No)));
  const auto requests = fixture.fake.server().requests();
  ASSERT_EQ(requests.size(), before + 1);
  EXPECT_EQ(requests.back().method, "HEAD");
}

TEST(Registry, IsAskedForNothingTwiceWhenASignedPushIsRepeated) {
  const BundleLayout source;
  const auto& [folder, layout, packed] = source;
  const Descriptor signature = attach(*layout, packed.manifest, note("signature"));
  FileTree tree;
  tree.add(RelPath::parse("signature"), "of cosign 2");
  const Packed old = pack_tree(tree, {});
  push(*layout, old);
  layout->tag(old.manifest, digest_tag(packed.manifest.digest, ".sig"), ForceTag::No);
  for (const bool referrers_api : {true, false}) {
    Fixture fixture({.referrers_api = referrers_api});
    copy_tagged(*layout, *fixture.registry, packed.manifest, "1.0", ForceTag::No);
    const std::size_t before = fixture.fake.server().requests().size();
    const auto again = fixture.open("team/app");
    EXPECT_FALSE(changed(copy_tagged(*layout, *again, packed.manifest, "1.0", ForceTag::No)));
    std::vector<std::string> asked;
    const auto requests = fixture.fake.server().requests();
    for (std::size_t i = before; i < requests.size(); ++i)
      asked.push_back(requests[i].method + " " + requests[i].path().substr(std::string_view("/v2/team/app/").size()));
    // Whether it is listed is told by the list alone.
    std::vector<std::string> expected{
        "HEAD manifests/1.0", "HEAD manifests/" + digest_tag(packed.manifest.digest, ".sig"),
        "HEAD manifests/" + old.manifest.digest.to_string(), "HEAD manifests/" + signature.digest.to_string(),
        "GET referrers/" + packed.manifest.digest.to_string()};
    if (!referrers_api) expected.push_back("GET manifests/" + digest_tag(packed.manifest.digest));
    EXPECT_THAT(asked, ::testing::UnorderedElementsAreArray(expected));
  }
}

TEST(Registry, GivesNoContentWhenAPullIsRepeated) {
  Fixture fixture({.referrers_api = true});
  const Packed packed = small_bundle();
  push(*fixture.registry, packed);
  const TemporaryFolder folder;
  const auto layout = Layout::open_or_create(folder.path() / "layout");
  copy_tagged(*fixture.registry, *layout, packed.manifest, "1.0", ForceTag::No);
  const std::size_t before = fixture.fake.server().requests().size();
  EXPECT_FALSE(changed(copy_tagged(*fixture.registry, *layout, packed.manifest, "1.0", ForceTag::No)));
  const auto requests = fixture.fake.server().requests();
  EXPECT_EQ(requests.size(), before + 4);  // what refers to it: the list, and the tags of cosign
  for (std::size_t i = before; i < requests.size(); ++i) {
    if (requests[i].method != "HEAD") {
      EXPECT_THAT(requests[i].path(), HasSubstr("/referrers/"));
    }
  }
}

// A layout whose layer is not what its name says, of the same size.
Packed damaged_bundle(const std::filesystem::path& folder) {
  const auto layout = Layout::open_or_create(folder);
  Packed packed = small_bundle();
  push(*layout, packed);
  const std::string bytes(packed.layer.size, 'x');
  write_file(folder / "blobs/sha256" / packed.layer.digest.hex(), bytes, Overwrite::Yes);
  return packed;
}

TEST(Registry, IsSentNoDamagedBlobToItsEndIfAllIsVerified) {
  const TemporaryFolder folder;
  const Packed packed = damaged_bundle(folder.path() / "layout");
  const auto layout = Layout::open(folder.path() / "layout");
  // Even one that would take anything; with a blob that goes up in one piece, and in several.
  for (const std::uint64_t chunk : {std::uint64_t{1} << 20, std::uint64_t{50}}) {
    Fixture fixture({.unchecked = true}, std::nullopt, [&](RegistryOptions& options) { options.chunk_size = chunk; });
    const Error error = error_of(
        [&] { copy_tagged(*layout, *fixture.registry, packed.manifest, "1.0", ForceTag::No, {.verify = true}); });
    EXPECT_EQ(error.code(), ErrorCode::Untrusted);
    EXPECT_THAT(error.what(), HasSubstr(packed.layer.digest.to_string()));
    EXPECT_FALSE(fixture.fake.blob(packed.layer.digest.to_string()));
    EXPECT_FALSE(fixture.fake.manifest("1.0"));
  }
}

TEST(Registry, RefusesADamagedBlobItselfOtherwise) {
  const TemporaryFolder folder;
  const Packed packed = damaged_bundle(folder.path() / "layout");
  const auto layout = Layout::open(folder.path() / "layout");
  Fixture fixture;
  const Error error = error_of([&] { copy_tagged(*layout, *fixture.registry, packed.manifest, "1.0", ForceTag::No); });
  EXPECT_EQ(error.code(), ErrorCode::Untrusted);
  EXPECT_THAT(error.what(), HasSubstr(packed.layer.digest.to_string()));
  EXPECT_FALSE(fixture.fake.manifest("1.0"));
}

TEST(Registry, TakesAVerifiedBlobInChunks) {
  const BundleLayout source;
  const auto& [folder, layout, packed] = source;
  Fixture fixture({.half_chunks = 1}, std::nullopt, [](RegistryOptions& options) { options.chunk_size = 50; });
  copy_tagged(*layout, *fixture.registry, packed.manifest, "1.0", ForceTag::No, {.verify = true});
  EXPECT_EQ(unpack_tree(*fixture.registry, packed.manifest).diff_id, packed.diff_id);
}

}  // namespace
}  // namespace waybill::oci
