// What registries do that their specification allows, or does not: one test for each switch of the fake registry.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <mutex>
#include <thread>

#include "core/file_system.h"
#include "oci/copy.h"
#include "oci/layout.h"
#include "oci/media_types.h"
#include "oci/registry_download.h"
#include "oci/upload_record.h"
#include "tests/unit/oci/registry_fixture.h"

namespace waybill::oci {
namespace {

using ::testing::_;
using ::testing::ElementsAre;
using testing::FakeIfMatch;
using testing::FakeMount;
using testing::FakeRanges;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::uint64_t kChunk = 1000;

// No two places of it are alike, so that a wrong offset shows.
std::string content(std::size_t size) {
  std::string text;
  for (std::uint64_t i = 0; text.size() < size; ++i) text += fmt::format("{} ", i);
  text.resize(size);
  return text;
}

void small_chunks(RegistryOptions& options) { options.chunk_size = kChunk; }

// A blob of a few chunks arrives whole.
void expect_chunked_push(Fixture& fixture, std::size_t size = 3500) {
  const std::string bytes = content(size);
  const Descriptor blob = describe(bytes, "text/plain");
  EXPECT_EQ(fixture.registry->push_blob(blob, opener(bytes)), Pushed::Transferred);
  EXPECT_EQ(fixture.fake.blob(blob.digest.to_string()), bytes);
}

// Of the requests that carried blobs.
std::vector<std::string> ranges(Fixture& fixture) {
  std::vector<std::string> result;
  for (const auto& request : fixture.fake.server().requests()) {
    if (request.method == "PATCH" || request.method == "PUT")
      result.push_back(request.method + " " + request.header("content-range"));
  }
  return result;
}

// --- uploads

TEST(RegistryFaults, LocationsOfEveryForm) {
  for (const bool relative : {true, false}) {
    for (const bool query : {true, false}) {
      Fixture fixture({.relative_location = relative, .location_query = query}, std::nullopt, small_chunks);
      expect_chunked_push(fixture);  // the latest Location only is taken
      expect_chunked_push(fixture, 10);
    }
  }
}

TEST(RegistryFaults, ASinglePostIsNotUsed) {
  Fixture fixture({.single_post_drops_body = true});
  expect_chunked_push(fixture, 10);
  for (const auto& request : fixture.fake.server().requests()) {
    if (request.method == "POST") {
      EXPECT_THAT(request.target, Not(HasSubstr("digest=")));
      EXPECT_EQ(request.header("content-length"), "0");
    }
  }
}

TEST(RegistryFaults, LargeBlobsGoUpInChunks) {
  Fixture fixture({}, std::nullopt, small_chunks);
  expect_chunked_push(fixture, 3000);
  EXPECT_THAT(ranges(fixture), ElementsAre("PATCH 0-999", "PUT 1000-2999"));
}

TEST(RegistryFaults, ChunksGrowWhileEachIsThroughQuicklyAndTakeASmallRestAlong) {
  Fixture fixture({}, std::nullopt, small_chunks);
  expect_chunked_push(fixture, 1060);  // in one piece
  expect_chunked_push(fixture, 1070);
  EXPECT_THAT(ranges(fixture), ElementsAre("PUT ", "PATCH 0-999", "PUT 1000-1069"));
  expect_chunked_push(fixture, 11'000);
  EXPECT_THAT(ranges(fixture),
              ElementsAre(_, _, _, "PATCH 0-999", "PATCH 1000-2999", "PATCH 3000-6999", "PUT 7000-10999"));
}

TEST(RegistryFaults, ChunksAreThroughInSecondsOnASlowLinkToo) {
  Fixture fixture({}, std::nullopt, small_chunks);
  const std::string bytes = content(30'000);
  // The link becomes slow after 7,000 bytes.
  const OpenBlob open = [&](std::uint64_t offset) -> std::unique_ptr<ByteSource> {
    class Slow final : public ByteSource {
     public:
      Slow(std::string_view text, std::uint64_t offset, std::chrono::system_clock::time_point& now) noexcept
          : source_(text.substr(offset)), offset_(offset), now_(now) {}
      std::size_t read(std::span<std::byte> buffer) override {
        const std::size_t count = source_.read(buffer.first(std::min<std::size_t>(buffer.size(), 1000)));
        offset_ += count;
        if (count != 0 && offset_ > 7000) now_ += std::chrono::milliseconds(1500);
        return count;
      }

     private:
      SpanSource source_;
      std::uint64_t offset_;
      std::chrono::system_clock::time_point& now_;
    };
    return std::make_unique<Slow>(bytes, offset, fixture.now);
  };
  EXPECT_EQ(fixture.registry->push_blob(describe(bytes, "text/plain"), open), Pushed::Transferred);
  // 12 s are too long, 6 s are not.
  EXPECT_THAT(ranges(fixture),
              ElementsAre("PATCH 0-999", "PATCH 1000-2999", "PATCH 3000-6999", "PATCH 7000-14999", "PATCH 15000-18999",
                          "PATCH 19000-22999", "PATCH 23000-26999", "PUT 27000-29999"));
}

TEST(RegistryFaults, ChunksAreSmallAgainAfterTheLinkBroke) {
  Fixture fixture({}, std::nullopt, small_chunks);
  const std::string bytes = content(30'000);
  bool broke = false;
  const OpenBlob open = [&](std::uint64_t offset) -> std::unique_ptr<ByteSource> {
    class Breaking final : public ByteSource {
     public:
      Breaking(std::string_view text, bool& broke) noexcept : source_(text), broke_(broke) {}
      std::size_t read(std::span<std::byte> buffer) override {
        const std::size_t count = source_.read(buffer);
        if (count == 0 && !std::exchange(broke_, true)) throw Error(ErrorCode::Unavailable, "broken off");
        return count;
      }

     private:
      SpanSource source_;
      bool& broke_;
    };
    const std::size_t end = broke ? bytes.size() : 15'000;
    return std::make_unique<Breaking>(std::string_view(bytes).substr(offset, end - offset), broke);
  };
  EXPECT_EQ(fixture.registry->push_blob(describe(bytes, "text/plain"), open), Pushed::Transferred);
  EXPECT_THAT(ranges(fixture), IsSupersetOf({"PATCH 7000-14999", "PATCH 15000-15999", "PATCH 16000-17999"}));
}

TEST(RegistryFaults, ChunksAreAsLargeAsTheRegistryWants) {
  Fixture fixture({.chunk_min_length = 1500}, std::nullopt, small_chunks);
  expect_chunked_push(fixture);
  EXPECT_THAT(ranges(fixture), ElementsAre("PATCH 0-1499", "PUT 1500-3499"));
}

TEST(RegistryFaults, AChunkWhoseAnswerIsLostIsNotSentTwice) {
  Fixture fixture({.latest_location_only = false, .lost_chunk_answers = 2}, std::nullopt, small_chunks);
  expect_chunked_push(fixture);
  EXPECT_EQ(fixture.fake.uploaded_bytes(), 3500U);
  EXPECT_EQ(fixture.fake.server().count("POST"), 1U);
}

TEST(RegistryFaults, AnUploadGoesOnWhereTheRegistryStoppedTaking) {
  Fixture fixture({.half_chunks = 2}, std::nullopt, small_chunks);
  expect_chunked_push(fixture);
  EXPECT_EQ(fixture.fake.server().count("POST"), 1U);
}

TEST(RegistryFaults, AForgottenUploadBeginsAnew) {
  Fixture fixture({.forgotten_uploads = 2}, std::nullopt, small_chunks);
  expect_chunked_push(fixture);
  EXPECT_EQ(fixture.fake.server().count("POST"), 3U);
}

TEST(RegistryFaults, AnUploadThatIsAlwaysForgottenEnds) {
  Fixture fixture({.forgotten_uploads = 1000}, std::nullopt, small_chunks);
  const std::string bytes = content(3500);
  EXPECT_EQ(error_of([&] { fixture.registry->push_blob(describe(bytes, "text/plain"), opener(bytes)); }).code(),
            ErrorCode::NotFound);
  EXPECT_LE(fixture.fake.server().count("POST"), 6U);
}

TEST(RegistryFaults, ATokenThatExpiresBetweenChunksIsRenewed) {
  Fixture fixture({.token = "t0ken", .token_expires_at = "PATCH /blobs/uploads/", .token_expirations = 2}, std::nullopt,
                  small_chunks);
  expect_chunked_push(fixture);
  EXPECT_EQ(fixture.fake.server().count("POST"), 2U) << "one of them to learn that a token is wanted";
}

TEST(RegistryFaults, AProxyThatTakesOnlySmallBodiesGetsChunks) {
  Fixture fixture({.largest_body = 1ULL << 20});
  expect_chunked_push(fixture, std::size_t{3} << 20);
  Fixture hopeless({.largest_body = 1000});
  const std::string bytes = content(std::size_t{3} << 20);
  EXPECT_EQ(error_of([&] { hopeless.registry->push_blob(describe(bytes, "text/plain"), opener(bytes)); }).code(),
            ErrorCode::InvalidInput);
}

TEST(RegistryFaults, AProxyThatTakesNoLargerChunksCostsNothingThatIsThere) {
  Fixture fixture({.largest_body = 3ULL << 20}, std::nullopt,
                  [](RegistryOptions& options) { options.chunk_size = 1ULL << 20; });
  const std::string bytes = content(std::size_t{9} << 20);
  const Descriptor blob = describe(bytes, "text/plain");
  EXPECT_EQ(fixture.registry->push_blob(blob, opener(bytes)), Pushed::Transferred);
  EXPECT_EQ(fixture.fake.blob(blob.digest.to_string()), bytes);
  // 1, 2, 4 which is refused, and 1 from there on.
  EXPECT_EQ(fixture.fake.server().count("PATCH"), 3U + 5U);
  EXPECT_EQ(fixture.fake.server().count("POST"), 1U);
  EXPECT_EQ(fixture.fake.uploaded_bytes(), bytes.size() + (4U << 20));
}

TEST(RegistryFaults, BurstsOfServerErrorsAreWaitedOut) {
  for (const int status : {500, 502, 503, 504, 408, 429}) {
    Fixture fixture({.refusals = 3, .refusal_status = status, .refused_path = "/blobs/uploads/session"}, std::nullopt,
                    small_chunks);
    expect_chunked_push(fixture);
    EXPECT_THAT(fixture.waits, SizeIs(3));
  }
}

TEST(RegistryFaults, ARegistryOnTheSameHostLinksBlobs) {
  for (const auto& [mount, links] : {std::pair(FakeMount::Linked, true), std::pair(FakeMount::Declined, false),
                                     std::pair(FakeMount::Unknown, false)}) {
    Fixture fixture({.mount = mount});
    push(*fixture.registry, small_bundle());
    const auto other = fixture.open("mirror/app");
    const std::uint64_t before = fixture.fake.uploaded_bytes();
    const std::size_t uploads = fixture.fake.server().count("PUT", "/blobs/uploads/");
    copy(*fixture.registry, *other, small_bundle().manifest);
    EXPECT_TRUE(other->exists_blob(small_bundle().layer));
    EXPECT_EQ(fixture.fake.uploaded_bytes() == before, links);
    if (mount == FakeMount::Declined) {
      // The upload that came instead is used.
      EXPECT_EQ(fixture.fake.server().count("PUT", "/blobs/uploads/"), uploads + 2);
      EXPECT_EQ(fixture.fake.server().count("POST", "/v2/mirror/app/blobs/uploads/"), 2U);
    }
  }
}

// --- what the next process finds

TEST(RegistryFaults, AnotherProcessGoesOnWithAnUpload) {
  const TemporaryFolder folder;
  const auto remembering = [&](RegistryOptions& options) {
    small_chunks(options);
    options.upload_folder = folder.path();
    options.retry.attempts = 1;
  };
  const std::string bytes = content(5500);
  const Descriptor blob = describe(bytes, "text/plain");
  Fixture fixture({}, std::nullopt, remembering);
  // The first process ends in the fourth chunk.
  const OpenBlob breaking = [&](std::uint64_t offset) -> std::unique_ptr<ByteSource> {
    class Breaking final : public ByteSource {
     public:
      explicit Breaking(std::string text) : text_(std::move(text)) {}
      std::size_t read(std::span<std::byte> buffer) override {
        if (taken_ >= 3000) throw Error(ErrorCode::Interrupted, "killed");
        const std::size_t count = std::min({buffer.size(), text_.size() - taken_, std::size_t{1000}});
        std::copy_n(as_bytes(text_).begin() + static_cast<std::ptrdiff_t>(taken_), count, buffer.begin());
        taken_ += count;
        return count;
      }

     private:
      std::string text_;
      std::size_t taken_ = 0;
    };
    return std::make_unique<Breaking>(bytes.substr(offset));
  };
  EXPECT_EQ(error_of([&] { fixture.registry->push_blob(blob, breaking); }).code(), ErrorCode::Interrupted);
  ASSERT_THAT(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  const std::filesystem::path record = std::filesystem::directory_iterator(folder.path())->path();
  EXPECT_THAT(read_file(record), HasSubstr("\"offset\":3000"));
  EXPECT_EQ(std::filesystem::status(record).permissions() & std::filesystem::perms::mask,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  const auto second = fixture.open("team/app", remembering);
  EXPECT_EQ(second->push_blob(blob, opener(bytes)), Pushed::Transferred);
  EXPECT_EQ(fixture.fake.blob(blob.digest.to_string()), bytes);
  EXPECT_LE(fixture.fake.uploaded_bytes(), bytes.size() + kChunk);
  EXPECT_EQ(fixture.fake.server().count("POST"), 1U);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(RegistryFaults, ARecordThatLeadsNowhereIsForgotten) {
  const TemporaryFolder folder;
  const std::string bytes = content(3500);
  const Descriptor blob = describe(bytes, "text/plain");
  Fixture fixture({}, std::nullopt, [&](RegistryOptions& options) {
    small_chunks(options);
    options.upload_folder = folder.path();
  });
  const std::string name = fixture.registry->name();
  for (const std::string& location : {fixture.fake.server().url() + "/v2/team/app/blobs/uploads/session-9?state=a%2F0",
                                      std::string("http://127.0.0.1:1/x"), std::string("not an address")}) {
    fixture.fake.forget("team/app");
    UploadRecord(folder.path(), name, blob).save({location, 2000});
    expect_chunked_push(fixture);
  }
}

TEST(UploadRecord, BelongsToOneProcessAtATime) {
  const TemporaryFolder folder;
  const Descriptor blob = describe("x", "text/plain");
  UploadRecord first(folder.path(), "host/a", blob);
  first.save({"http://host/a/long/address", 5});
  first.save({"http://host/a", 7});
  EXPECT_EQ(first.load(), (UploadPosition{"http://host/a", 7}));
  UploadRecord second(folder.path(), "host/a", blob);
  EXPECT_EQ(second.load(), std::nullopt);
  second.save({"http://host/b", 9});
  second.forget();
  EXPECT_EQ(first.load(), (UploadPosition{"http://host/a", 7}));
  EXPECT_EQ(UploadRecord(folder.path(), "host/other", blob).load(), std::nullopt);
}

TEST(UploadRecord, IsForgottenAfterAWeekOrWhenItCannotBeRead) {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  const Descriptor blob = describe("x", "text/plain");
  UploadRecord(folder.path(), "host/a", blob).save({"http://host/a", 7});
  const fs::path file = fs::directory_iterator(folder.path())->path();
  fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(24 * 8));
  { const UploadRecord other(folder.path(), "host/other", blob); }
  EXPECT_FALSE(fs::exists(file));
  for (const char* text : {"", "{", "[]\n", R"({"repository":"host/b"})", R"({"location":5})"}) {
    write_file(file, text, Overwrite::Yes);
    EXPECT_EQ(UploadRecord(folder.path(), "host/a", blob).load(), std::nullopt) << text;
  }
}

// --- downloads

TEST(RegistryFaults, ABrokenDownloadGoesOnWithWhateverRangesThereAre) {
  const std::string bytes = content(std::size_t{2} << 20);
  for (const FakeRanges ranges : {FakeRanges::Honoured, FakeRanges::Ignored, FakeRanges::WrongOffset,
                                  FakeRanges::WithoutContentRange, FakeRanges::Refused}) {
    Fixture fixture({.truncated_blobs = 3, .ranges = ranges});
    fixture.fake.add_blob("team/app", bytes);
    EXPECT_EQ(fetch_bytes(*fixture.registry, describe(bytes, "text/plain"), bytes.size()), bytes);
    if (ranges == FakeRanges::Honoured) {
      EXPECT_EQ(fixture.fake.server().bytes_sent(), bytes.size()) << "nothing is fetched twice";
    }
  }
}

TEST(RegistryFaults, AStalledDownloadIsNoticedAndGoesOn) {
  const std::string bytes = content(100'000);
  Fixture fixture({.stalled_blobs = 1}, std::nullopt,
                  [](RegistryOptions& options) { options.http.stall_timeout = std::chrono::seconds(1); });
  fixture.fake.add_blob("team/app", bytes);
  EXPECT_EQ(fetch_bytes(*fixture.registry, describe(bytes, "text/plain"), bytes.size()), bytes);
  EXPECT_EQ(fixture.fake.server().bytes_sent(), bytes.size());
}

TEST(RegistryFaults, ADownloadThatAlwaysBreaksEnds) {
  Fixture fixture({.truncated_blobs = 1000, .ranges = FakeRanges::Refused});
  const std::string bytes = content(1000);
  fixture.fake.add_blob("team/app", bytes);
  const Error error =
      error_of([&] { static_cast<void>(fetch_bytes(*fixture.registry, describe(bytes, "text/plain"), bytes.size())); });
  EXPECT_EQ(error.code(), ErrorCode::Unavailable) << error.message();
}

TEST(RegistryFaults, LiesAboutSizeDigestTypeAndRange) {
  const std::string bytes = content(100'000);
  const Descriptor blob = describe(bytes, "text/plain");
  for (const testing::FakeRegistrySwitches& switches :
       {testing::FakeRegistrySwitches{.size_error = 5}, testing::FakeRegistrySwitches{.size_error = -5},
        testing::FakeRegistrySwitches{.wrong_blob = true}}) {
    Fixture fixture(switches);
    fixture.fake.add_blob("team/app", bytes);
    EXPECT_EQ(error_of([&] { static_cast<void>(fetch_bytes(*fixture.registry, blob, bytes.size())); }).code(),
              ErrorCode::Untrusted);
    const TemporaryFolder folder;
    const auto layout = Layout::open_or_create(folder.path() / "layout");
    EXPECT_EQ(error_of([&] {
                layout->push_blob(blob, [&](std::uint64_t at) { return fixture.registry->open_blob(blob, at); });
              }).code(),
              ErrorCode::Untrusted);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "layout/blobs/sha256"));
  }
  Fixture digests({.wrong_digest_header = true});
  const Packed packed = small_bundle();
  digests.fake.add_manifest("team/app", std::string(media_type::kImageManifest), packed.manifest_bytes, "1.0");
  EXPECT_EQ(error_of([&] { static_cast<void>(digests.registry->fetch_tagged("1.0")); }).code(), ErrorCode::Untrusted);
  Fixture types({.wrong_type = true});
  types.fake.add_manifest("team/app", std::string(media_type::kImageManifest), packed.manifest_bytes, "1.0");
  EXPECT_EQ(error_of([&] { static_cast<void>(types.registry->fetch_tagged("1.0")); }).code(), ErrorCode::InvalidInput);
}

TEST(RegistryFaults, AContentEncodingThatIsOnlySaidChangesNothing) {
  Fixture fixture({.content_encoding = "gzip"});
  const std::string bytes = content(1000);
  fixture.fake.add_blob("team/app", bytes);
  EXPECT_EQ(fetch_bytes(*fixture.registry, describe(bytes, "text/plain"), bytes.size()), bytes);
  for (const auto& request : fixture.fake.server().requests()) EXPECT_EQ(request.header("accept-encoding"), "identity");
}

TEST(RegistryFaults, AnEmptyBlobIsABlob) {
  Fixture fixture;
  const Descriptor blob = push_bytes(*fixture.registry, "", "text/plain");
  EXPECT_EQ(blob.digest.to_string(), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(fetch_bytes(*fixture.registry, blob, 100), "");
}

TEST(ContentRange, IsReadStrictly) {
  const auto range = parse_content_range("bytes 100-199/1000");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 100U);
  EXPECT_EQ(range->size, 1000U);
  EXPECT_EQ(parse_content_range("bytes 5-9/*")->size, std::nullopt);
  for (const char* text : {"", "bytes */1000", "bytes 9-5/10", "bytes 5-10/10", "bytes 5-/10", "items 5-9/10",
                           "bytes 5-9", "bytes -9/10", "bytes 5-9/x", "bytes 99999999999999999999-5/6"})
    EXPECT_EQ(parse_content_range(text), std::nullopt) << text;
}

// --- lists

TEST(RegistryFaults, EveryWayToSayThatThereAreNoReferrers) {
  for (const int status : {404, 400, 405, 406, 200}) {
    Fixture fixture({.referrers_status = status});
    const Packed packed = small_bundle();
    push(*fixture.registry, packed);
    attach(*fixture.registry, packed.manifest, note("one"));
    EXPECT_THAT(fixture.registry->referrers(packed.manifest.digest), SizeIs(1)) << status;
    EXPECT_TRUE(fixture.fake.manifest(digest_tag(packed.manifest.digest)));
  }
}

// A web server that does not know the address will not know it for another manifest either. What a registry says is
// said of the one that was asked about.
TEST(RegistryFaults, AnUnknownAddressIsAskedForOnce) {
  const Digest others[] = {digest_of(DigestAlgorithm::Sha256, as_bytes("a")),
                           digest_of(DigestAlgorithm::Sha256, as_bytes("b"))};
  for (const auto& [status, error, asked] :
       {std::tuple(404, "", 1U), std::tuple(405, "", 1U), std::tuple(404, "MANIFEST_UNKNOWN", 2U),
        std::tuple(400, "", 2U), std::tuple(200, "", 2U)}) {
    Fixture fixture({.referrers_status = status, .referrers_error = error});
    for (const Digest& digest : others) EXPECT_THAT(fixture.registry->referrers(digest), IsEmpty());
    EXPECT_EQ(fixture.fake.server().count("GET", "/referrers/"), asked) << status << error;
    EXPECT_EQ(fixture.fake.server().count("GET", "/manifests/sha256-"), 2U) << status << error;
  }
}

TEST(RegistryFaults, PagesAreFollowedByEveryKindOfLink) {
  for (const bool absolute : {true, false}) {
    Fixture fixture({.referrers_api = true, .paged = true, .absolute_links = absolute});
    const Packed packed = small_bundle();
    push(*fixture.registry, packed);
    for (const char* text : {"one", "two", "three"}) attach(*fixture.registry, packed.manifest, note(text));
    EXPECT_THAT(fixture.registry->referrers(packed.manifest.digest), SizeIs(3));
    for (const char* tag : {"b", "a"}) fixture.registry->tag(packed.manifest, tag, ForceTag::No);
    EXPECT_THAT(fixture.registry->list_tags(), ElementsAre("a", "b"));
  }
}

TEST(RegistryFaults, TheListOfReferrersIsWrittenOverWhatWasRead) {
  for (const FakeIfMatch if_match : {FakeIfMatch::NoETag, FakeIfMatch::Ignored, FakeIfMatch::Honoured}) {
    Fixture fixture({.if_match = if_match});
    const Packed packed = small_bundle();
    push(*fixture.registry, packed);
    attach(*fixture.registry, packed.manifest, note("one"));
    const auto requests = fixture.fake.server().requests().size();
    attach(*fixture.registry, packed.manifest, note("two"));
    EXPECT_THAT(fixture.registry->referrers(packed.manifest.digest), SizeIs(2));
    const auto all = fixture.fake.server().requests();
    const auto written =
        std::find_if(all.begin() + static_cast<std::ptrdiff_t>(requests), all.end(), [&](const auto& each) {
          return each.method == "PUT" && each.path().ends_with(digest_tag(packed.manifest.digest));
        });
    ASSERT_NE(written, all.end());
    EXPECT_EQ(written->header("if-match").empty(), if_match == FakeIfMatch::NoETag);
  }
}

// A registry that looks at If-Match excludes the race. Where it does not, a writer that has verified its entry can
// still lose it to one that had read before: no client can prevent that.
TEST(RegistryFaults, WritersInSeveralProcessesLoseNoReferrer) {
  Fixture fixture({.if_match = FakeIfMatch::Honoured});
  const Packed packed = small_bundle();
  push(*fixture.registry, packed);
  attach(*fixture.registry, packed.manifest, note("first"));
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 3; ++i) {
      writers.emplace_back([&, i] {
        RegistryOptions options;
        options.environment.variable = [](const std::string&) { return std::nullopt; };
        options.retry.first = std::chrono::milliseconds(20);
        Registry own(Reference::parse(fixture.fake.host() + "/team/app"), std::move(options));
        attach(own, packed.manifest, note(fmt::format("note {}", i)));
      });
    }
  }
  EXPECT_THAT(fixture.registry->referrers(packed.manifest.digest), SizeIs(4));
}

class Listening final : public Reporter {
 public:
  void message(Level level, std::string_view text) noexcept override {
    const std::lock_guard lock(mutex_);
    if (level == Level::Warning) warnings.emplace_back(text);
    all += std::string(text) + "\n";
  }
  void progress(std::string_view, std::uint64_t, std::uint64_t) noexcept override {}
  std::vector<std::string> warnings;
  std::string all;

 private:
  std::mutex mutex_;
};

TEST(RegistryFaults, AWarningIsPassedOnOnce) {
  Listening reporter;
  Fixture fixture({.warning = "this registry closes\x1b[2J soon"}, std::nullopt,
                  [&](RegistryOptions& options) { options.reporter = &reporter; });
  push(*fixture.registry, small_bundle());
  ASSERT_THAT(reporter.warnings, SizeIs(1));
  EXPECT_THAT(reporter.warnings.front(), HasSubstr("says: this registry closes [2J soon"));
}

TEST(RegistryFaults, WhatGoesOverTheWireIsToldWithoutASecret) {
  Listening reporter;
  Fixture fixture({.token = "t0ken", .location_query = true}, user_and_password(),
                  [&](RegistryOptions& options) { options.reporter = &reporter; });
  push(*fixture.registry, small_bundle());
  const std::string base = fixture.fake.server().url();
  EXPECT_THAT(reporter.all, HasSubstr("GET " + base + "/token?…: 200, "));
  EXPECT_THAT(reporter.all, HasSubstr("HEAD " + base + "/v2/team/app/blobs/sha256:"));
  EXPECT_THAT(reporter.all, HasSubstr("/v2/team/app/manifests/"));
  EXPECT_THAT(reporter.all, HasSubstr("  sent Content-Type: application/vnd.oci.image.manifest.v1+json"));
  EXPECT_THAT(reporter.all, HasSubstr("Location: …"));
  for (const char* secret : {"t0ken", "robot", "s3cr3t-word", "state=", "Basic ", "Bearer "})
    EXPECT_THAT(reporter.all, Not(HasSubstr(secret)));
  // What ends without an answer is told, too.
  RegistryOptions options;
  options.reporter = &reporter;
  options.retry.attempts = 1;
  Registry nobody(Reference::parse("127.0.0.1:1/team/app"), std::move(options));
  EXPECT_EQ(error_of([&] { static_cast<void>(nobody.list_tags()); }).code(), ErrorCode::Unavailable);
  EXPECT_THAT(reporter.all, HasSubstr("GET http://127.0.0.1:1/v2/team/app/tags/list?…: "));
}

// --- who asks

TEST(RegistryFaults, ATokenIsRenewedBeforeItsLifeIsOver) {
  Fixture fixture({.token = "t0ken", .token_life = 100});
  static_cast<void>(fixture.registry->list_tags());
  fixture.now += std::chrono::seconds(89);
  static_cast<void>(fixture.registry->list_tags());
  EXPECT_EQ(fixture.fake.server().count("GET", "/token"), 1U);
  fixture.now += std::chrono::seconds(2);
  static_cast<void>(fixture.registry->list_tags());
  EXPECT_EQ(fixture.fake.server().count("GET", "/token"), 2U);
}

TEST(RegistryFaults, AnIdentityTokenIsExchangedOrUsedAsAPassword) {
  const auto identity = [] { return Credentials{{}, {}, SecretBytes::copy_of("refresh-me"), {}}; };
  Fixture exchanged({.token = "t0ken", .identity_token = "refresh-me"}, identity());
  EXPECT_THAT(exchanged.registry->list_tags(), IsEmpty());
  EXPECT_EQ(exchanged.fake.server().count("POST", "/token"), 1U);
  Fixture password({.token = "t0ken", .password = "<token>:refresh-me", .no_token_post = true}, identity());
  EXPECT_THAT(password.registry->list_tags(), IsEmpty());
  EXPECT_EQ(password.fake.server().count("GET", "/token"), 1U);
  Fixture refused({.token = "t0ken", .identity_token = "another"}, identity());
  EXPECT_EQ(error_of([&] { static_cast<void>(refused.registry->list_tags()); }).code(), ErrorCode::Denied);
}

}  // namespace
}  // namespace waybill::oci
