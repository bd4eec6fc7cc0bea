// save, load and receipt as their users run them: between every two kinds of places, with parts that are shuffled,
// lost and damaged on the way, judged by other people's programs.
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sys/mount.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "core/digest.h"
#include "core/tar_writer.h"
#include "tests/functional/support/image_layout.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/registry_server.h"
#include "tests/support/source_path.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::uint64_t kMiB = 1ULL << 20;

class Carry : public Workspace {
 protected:
  // Below `folder`, in order of their names.
  [[nodiscard]] std::vector<fs::path> files(const std::string& in) const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder() / in)) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
  }
  [[nodiscard]] Words temporary_files() const {
    Words found;
    for (const auto& entry : fs::recursive_directory_iterator(folder())) {
      if (entry.path().filename().string().starts_with(".waybill-")) found.push_back(entry.path().string());
    }
    return found;
  }
  [[nodiscard]] std::string digest_of(const std::string& target) const {
    return at(waybill_json({"inspect", target}), "digest").as_string();
  }
  // Everything below blobs/ is there as it was, and nothing else.
  void expect_same_blobs(const std::string& left, const std::string& right) const {
    EXPECT_EQ(names_and_digests(left), names_and_digests(right));
  }
  [[nodiscard]] Words names_and_digests(const std::string& layout) const {
    Words found;
    for (const auto& entry : fs::directory_iterator(folder() / layout / "blobs/sha256")) {
      const std::string digest = sha256(read_file(entry.path(), 1ULL << 30)).hex();
      found.push_back(entry.path().filename() == digest ? digest : digest + " as " + entry.path().string());
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  static void flip(const fs::path& file, std::uint64_t position) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(position));
    const auto byte = static_cast<char>(stream.get() ^ 0x40);
    stream.seekp(static_cast<std::streamoff>(position));
    stream.put(byte);
  }
  // An image of 13 MiB as four parts, in "parts"; or with parity.
  void save_image(const Words& more = {}, const std::string& to = "parts") {
    if (!fs::exists(path("image"))) write_image(path("image"), "v1", 5, 2'700'000);
    ASSERT_THAT(waybill(joined({"save", "oci-layout:image:v1", "--output", to, "--part-size", "4MiB"}, more)),
                Exited(0));
  }
};

// --- from everywhere to everywhere

class CarryBetween : public Carry, public ::testing::WithParamInterface<RegistryKind> {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER(registry_program(GetParam()));
    WAYBILL_REQUIRE_PEER("openssl");
    source_ = std::make_unique<RegistryServer>(GetParam());
    site_ = std::make_unique<RegistryServer>(GetParam());
    make_key();
    ASSERT_THAT(waybill(joined({"bundle", "--output", "bundle"}, criteria())), Exited(0));
    ASSERT_THAT(waybill({"push", "bundle", bundle()}), Exited(0));
    ASSERT_THAT(waybill({"sign", bundle(), "--key", "k.key"}), Exited(0));
    write_image(path("image"), "v1", 3, 3'000'000);
    ASSERT_THAT(waybill({"copy", "oci-layout:image:v1", app()}), Exited(0));
  }
  [[nodiscard]] std::string bundle() const { return source_->target("gpu/bundle:v1"); }
  [[nodiscard]] std::string app() const { return source_->target("team/app:v1"); }
  void expect_signed(const std::string& target) const {
    const ProcessResult seen = waybill({"verify", target, "--key", "k.pub"});
    EXPECT_THAT(seen, Exited(0)) << target;
    EXPECT_THAT(seen.out, AllOf(HasSubstr("signature (bundle)"), HasSubstr("signature (simplesigning)")));
    EXPECT_EQ(digest_of(target), digest_of(bundle()));
  }

  std::unique_ptr<RegistryServer> source_;
  std::unique_ptr<RegistryServer> site_;
};

TEST_P(CarryBetween, NothingIsLoadedUnlessAKeySignedAllOfIt) {
  ASSERT_THAT(waybill({"save", "--output", "stick", bundle(), app()}), Exited(0));
  const ProcessResult refused = waybill({"load", "stick", "oci://" + site_->host(), "--key", "k.pub"});
  EXPECT_THAT(refused, Exited(4)) << "the image is not signed";
  EXPECT_THAT(waybill({"list", site_->target("gpu/bundle")}), Exited(3));
}

TEST_P(CarryBetween, EachArtifactGoesToItsOwnRepositoryWithItsSignatures) {
  ASSERT_THAT(waybill({"save", "--output", "stick", "--part-size", "4MiB", bundle(), app()}), Exited(0));
  const Value loaded = waybill_json({"load", "stick", "oci://" + site_->host()});
  EXPECT_THAT(at(loaded, "artifacts").items(), SizeIs(2));
  EXPECT_TRUE(at(loaded, "changed").as_bool());
  expect_signed(site_->target("gpu/bundle:v1"));
  EXPECT_EQ(digest_of(site_->target("team/app:v1")), digest_of(app()));
  EXPECT_FALSE(at(waybill_json({"load", "stick", "oci://" + site_->host()}), "changed").as_bool());
  // Both are called v1, and one place can hold one of them.
  for (const std::string& target :
       {std::string("oci-layout:out"), std::string("oci-archive:out.tar"), site_->target("all/of/it")}) {
    const ProcessResult refused = waybill({"load", "stick", target});
    EXPECT_THAT(refused, Exited(2));
    EXPECT_THAT(refused.err, HasSubstr("oci://HOST"));
  }
}

TEST_P(CarryBetween, EveryKindOfPlaceTakesWhatEveryKindHolds) {
  ASSERT_THAT(waybill({"copy", bundle(), "oci-layout:layout:v1"}), Exited(0));
  ASSERT_THAT(waybill({"copy", bundle(), "oci-archive:archive.tar.zst:v1"}), Exited(0));
  int round = 0;
  for (const std::string& from :
       {bundle(), std::string("oci-layout:layout:v1"), std::string("oci-archive:archive.tar.zst")}) {
    const std::string stick = fmt::format("stick{}", ++round);
    ASSERT_THAT(waybill({"save", "--output", stick, from}), Exited(0)) << from;
    EXPECT_THAT(files(stick), SizeIs(1));
    for (const std::string& to :
         {site_->target(fmt::format("mirror{}/bundle", round)), fmt::format("oci-layout:out{}", round),
          fmt::format("oci-archive:out{}.tar", round)}) {
      ASSERT_THAT(waybill({"load", stick, to, "--key", "k.pub"}), Exited(0)) << from << " to " << to;
      expect_signed(to + ":v1");
    }
    expect_signed("oci-archive:" + files(stick)[0].string() + ":v1");
  }
  // A folder is packed, and called what it is called by default.
  ASSERT_THAT(waybill({"save", "--output", "stick4", "bundle"}), Exited(0));
  ASSERT_THAT(waybill({"load", "stick4", "oci-layout:out4:mine"}), Exited(0));
  EXPECT_EQ(waybill({"list", "oci-layout:out4"}).out, "mine\n");
  EXPECT_THAT(temporary_files(), IsEmpty());
}

TEST_P(CarryBetween, AReceiptLetsTheRestTravelAlone) {
  const std::string site = site_->target("team/app");
  ASSERT_THAT(waybill({"copy", app(), site}), Exited(0));
  ASSERT_THAT(waybill({"receipt", site, "--output", "site.json", "--key", "k.key"}), Exited(0));
  EXPECT_THAT(waybill({"verify", "site.json", "--key", "k.pub"}), Exited(0));
  // The next version has one layer more.
  write_image(path("next"), "v2", 4, 3'000'000);
  const std::string next = source_->target("team/app:v2");
  ASSERT_THAT(waybill({"copy", "oci-layout:next:v2", next}), Exited(0));
  const Words save = {"save", "--output", "rest", "--have", "site.json", "--receipt-key", "k.pub", next};
  const Value saved = waybill_json(save);
  EXPECT_EQ(at(saved, "held.blobs").as_int(), 3);
  EXPECT_EQ(at(saved, "held.bytes").as_int(), 9'000'000);
  EXPECT_LT(at(saved, "archive").as_int(), 3'100'000);
  // Elsewhere a base is missing: nothing is written.
  for (const std::string& wrong :
       {std::string("oci-layout:empty"), std::string("oci-archive:empty.tar"), site_->target("team/other")}) {
    const ProcessResult refused = waybill({"load", "rest", wrong});
    EXPECT_THAT(refused, Exited(3)) << wrong;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("3 blobs"), HasSubstr("sha256:"), HasSubstr("receipt")));
  }
  EXPECT_THAT(waybill({"list", site_->target("team/other")}), Exited(3));
  ASSERT_THAT(waybill({"load", "rest", site}), Exited(0));
  ASSERT_THAT(waybill({"copy", site + ":v2", "oci-layout:back"}), Exited(0));
  expect_same_blobs("next", "back");
}

INSTANTIATE_TEST_SUITE_P(, CarryBetween, ::testing::Values(RegistryKind::FallbackTag, RegistryKind::ReferrersApi),
                         [](const ::testing::TestParamInfo<RegistryKind>& kind) {
                           return kind.param == RegistryKind::FallbackTag ? "DockerRegistry" : "ReferrersApi";
                         });

// --- judges

TEST_F(Carry, AnArchiveThatIsNotCutIsReadByOthers) {
  WAYBILL_REQUIRE_PEER("skopeo");
  WAYBILL_REQUIRE_PEER("oras");
  WAYBILL_REQUIRE_PEER("docker-registry");
  const RegistryServer server(RegistryKind::FallbackTag);
  const std::string digest = write_image(path("image"), "v1", 3, 500'000);
  ASSERT_THAT(waybill({"copy", "oci-layout:image:v1", server.target("team/app")}), Exited(0));
  ASSERT_THAT(waybill({"save", "--output", "stick", server.target("team/app:v1")}), Exited(0));
  const std::string archive = files("stick")[0].string();
  ASSERT_THAT(execute({"skopeo", "copy", "--preserve-digests", "oci-archive:" + archive + ":v1", "oci:by-skopeo:v1"}),
              Exited(0));
  expect_same_blobs("image", "by-skopeo");
  ASSERT_THAT(
      execute({"skopeo", "copy", "docker-archive:" + archive + ":" + server.host() + "/team/app:v1", "dir:docker"}),
      Exited(0));
  const ProcessResult fetched = execute({find_program("oras"), "manifest", "fetch", "--oci-layout", archive + ":v1"});
  ASSERT_THAT(fetched, Exited(0));
  EXPECT_EQ(sha256(fetched.out).to_string(), digest);
  ASSERT_THAT(
      execute({find_program("oras"), "cp", "--from-oci-layout", archive + ":v1", "--to-oci-layout", "by-oras:v1"}),
      Exited(0));
  expect_same_blobs("image", "by-oras");
  ASSERT_THAT(execute({"tar", "--extract", "--file", archive, "--one-top-level=by-tar"}), Exited(0));
  expect_same_blobs("image", "by-tar");
}

TEST_F(Carry, WhatLoadWroteIsReadByOthers) {
  WAYBILL_REQUIRE_PEER("skopeo");
  WAYBILL_REQUIRE_PEER("crane");
  WAYBILL_REQUIRE_PEER("oras");
  WAYBILL_REQUIRE_PEER("docker-registry");
  save_image();
  const RegistryServer server(RegistryKind::FallbackTag);
  ASSERT_THAT(waybill({"load", "parts", server.target("team/app")}), Exited(0));
  ASSERT_THAT(waybill({"load", "parts", "oci-layout:out"}), Exited(0));
  ASSERT_THAT(waybill({"load", "parts", "oci-archive:out.tar"}), Exited(0));
  const std::string remote = server.host() + "/team/app:v1";
  EXPECT_THAT(execute({find_program("crane"), "digest", remote}).out, StartsWith(digest_of("oci-layout:image:v1")));
  ASSERT_THAT(execute({find_program("oras"), "cp", "--from-plain-http", remote, "--to-oci-layout", "by-oras:v1"}),
              Exited(0));
  expect_same_blobs("image", "by-oras");
  for (const std::string& place : {std::string("oci:out:v1"), std::string("oci-archive:out.tar:v1")}) {
    ASSERT_THAT(execute({"skopeo", "copy", "--preserve-digests", place, "oci:by-skopeo:v1"}), Exited(0)) << place;
    expect_same_blobs("image", "by-skopeo");
    fs::remove_all(path("by-skopeo"));
  }
}

// docs/carrying.md: its commands, with two registries and a folder in place of the medium.
TEST_F(Carry, TheGuideIsTrue) {
  WAYBILL_REQUIRE_PEER("docker-registry");
  WAYBILL_REQUIRE_PEER("openssl");
  const RegistryServer source(RegistryKind::FallbackTag);
  const RegistryServer site(RegistryKind::FallbackTag);
  make_key("vendor");
  make_key("site");
  ASSERT_THAT(waybill(joined({"bundle", "--output", "bundle"}, criteria())), Exited(0));
  ASSERT_THAT(waybill(joined({"bundle", "--output", "next"}, other_criteria())), Exited(0));
  for (const auto& [folder, tag] : {std::pair("bundle", "v1"), std::pair("next", "v2")}) {
    const std::string target = source.target("gpu/bundle:") + tag;
    ASSERT_THAT(waybill({"push", folder, target}), Exited(0));
    ASSERT_THAT(waybill({"sign", target, "--key", "vendor.key"}), Exited(0));
  }
  write_image(path("image"), "v1", 5, 2'700'000);
  ASSERT_THAT(waybill({"copy", "oci-layout:image:v1", source.target("team/app:v1")}), Exited(0));
  fs::create_directories(path("bin"));
  fs::create_symlink(program(), path("bin/waybill"));

  std::istringstream guide(read_file(source_path("docs/carrying.md")));
  std::vector<std::string> commands;
  for (std::string line; std::getline(guide, line);) {
    if (!line.starts_with("    ")) continue;
    for (const auto& [word, place] : {std::pair(std::string("registry.example.com"), source.host()),
                                      std::pair(std::string("registry.site.example"), site.host()),
                                      std::pair(std::string("/media/stick"), path("stick"))}) {
      for (std::size_t at = line.find(word); at != std::string::npos; at = line.find(word, at + place.size()))
        line.replace(at, word.size(), place);
    }
    commands.push_back(line.substr(4));
  }
  ASSERT_THAT(commands, SizeIs(10));
  for (const std::string& command : commands) {
    EXPECT_THAT(execute({"sh", "-ec", command}, {{"PATH", path("bin") + ":/usr/bin:/bin"}}), Exited(0)) << command;
  }
  for (const char* artifact : {"gpu/bundle:v1", "gpu/bundle:v2", "team/app:v1"})
    EXPECT_EQ(digest_of(site.target(artifact)), digest_of(source.target(artifact)));
  ASSERT_THAT(waybill({"load", "stick", "oci-layout:lost"}), Exited(2));
  fs::remove(files("stick")[2]);
  EXPECT_THAT(waybill({"load", "stick", "oci://" + site.host()}), Exited(0));
}

// docs/carrying.md, "Without waybill".
TEST_F(Carry, TarAloneJoinsTheParts) {
  save_image();
  ASSERT_THAT(
      execute({"sh", "-c", "for part in parts/*-part-*.tar; do tar -xOf $part waybill-data; done > joined.tar"}),
      Exited(0));
  ASSERT_THAT(waybill({"copy", "oci-archive:joined.tar:v1", "oci-layout:out"}), Exited(0));
  expect_same_blobs("image", "out");
  // Each MiB can be checked by hand.
  const ProcessResult sums = execute(
      {"bash", "-c",
       "set -- parts/*-part-001.tar; diff <(tar -xOf $1 waybill-data | split -b 1M --filter='sha256sum | cut -d\" \" "
       "-f1') <(tar -xOf $1 waybill-hashes | head -n -1)"});
  EXPECT_THAT(sums, Exited(0));
}

// --- the parts

TEST_F(Carry, TheSameSetGivesTheSameBytes) {
  write_image(path("a"), "v1", 2, 3'000'000);
  write_image(path("b"), "v2", {random_bytes(3'000'000, 1), random_bytes(3'000'000, 77)});
  const Words more = {"--part-size", "4MiB", "--parity", "50%"};
  ASSERT_THAT(waybill(joined({"save", "-o", "one", "oci-layout:a:v1", "oci-layout:b:v2"}, more)), Exited(0));
  ASSERT_THAT(waybill(joined({"save", "-o", "two", "oci-layout:b:v2", "oci-layout:a:v1", "oci-layout:a:v1"}, more),
                      {{"LC_ALL", "C"}, {"TZ", "Asia/Tokyo"}, {"TMPDIR", path("home")}}),
              Exited(0));
  EXPECT_EQ(snapshot(folder() / "one"), snapshot(folder() / "two"));
  EXPECT_THAT(files("one"), SizeIs(5));  // the layer that both have is there once
  for (const fs::path& file : files("one")) EXPECT_LE(fs::file_size(file), 4 * kMiB);
  // Another set, another name: they never mix.
  ASSERT_THAT(waybill(joined({"save", "-o", "one", "oci-layout:a:v1"}, more)), Exited(0));
  EXPECT_THAT(files("one"), SizeIs(8));
}

TEST_F(Carry, PartsComeInAnyOrderUnderAnyNameTwiceAndAmongOtherFiles) {
  save_image();
  fs::create_directories(path("heap/below"));
  int number = 0;
  for (const fs::path& part : files("parts")) {
    fs::copy(part, folder() / "heap" / fmt::format("{}.bin", 9 - number));
    fs::copy(part, folder() / "heap" / fmt::format("COPY~{}", number));
    ++number;
  }
  write_file(path("heap/readme.txt"), "read me\n", Overwrite::No);
  write_file(path("heap/empty"), "", Overwrite::No);
  ASSERT_THAT(execute({"tar", "-cf", "heap/other.tar", "image"}), Exited(0));
  ASSERT_THAT(waybill({"load", "heap", "oci-layout:out"}), Exited(0));
  expect_same_blobs("image", "out");
  // As a shell's pattern gives them, and from two media.
  Words words = {"load"};
  for (const fs::path& file : files("heap")) words.push_back(file.string());
  fs::remove(path("heap/9.bin"));
  fs::remove(path("heap/COPY~0"));
  words.erase(std::remove_if(words.begin() + 1, words.end(), [](const auto& word) { return !fs::exists(word); }),
              words.end());
  EXPECT_THAT(waybill(joined(words, {"oci-layout:other"})), Exited(3));
  ASSERT_THAT(waybill(joined(words, {files("parts")[0].string(), "oci-layout:other"})), Exited(0));
  expect_same_blobs("image", "other");
}

TEST_F(Carry, WhatIsMissingIsNamed) {
  save_image();
  const std::vector<fs::path> parts = files("parts");
  ASSERT_THAT(parts, SizeIs(4));
  fs::remove(parts[1]);
  fs::remove(parts[2]);
  const ProcessResult refused = waybill({"load", "parts", "oci-layout:out", "--format", "json"});
  EXPECT_THAT(refused, Exited(3));
  const Value error = parse_json(refused.err);
  EXPECT_EQ(at(error, "code").as_string(), "not_found");
  EXPECT_THAT(at(error, "message").as_string(), HasSubstr("lacks parts 2-3 of 4"));
  EXPECT_FALSE(fs::exists(path("out")));
  const ProcessResult checked = waybill({"load", "--check", "parts", "--format", "json"});
  EXPECT_THAT(checked, Exited(3));
  const Value report = parse_json(checked.out);
  EXPECT_THAT(at(report, "missing.data").items(), ElementsAre(Value(2), Value(3)));
  EXPECT_FALSE(at(report, "loadable").as_bool());
  fs::create_directories(path("nothing"));
  EXPECT_THAT(waybill({"load", "nothing", "oci-layout:out"}), Exited(3));
  EXPECT_THAT(waybill({"load", "no-such-folder", "oci-layout:out"}), Exited(3));
}

TEST_F(Carry, TruncatedAndExtendedPartsAreNamed) {
  save_image();
  const std::vector<fs::path> parts = files("parts");
  const auto size = fs::file_size(parts[1]);
  for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{600}, std::uint64_t{1024}, kMiB, size - 1}) {
    fs::copy_file(parts[1], path("whole"), fs::copy_options::overwrite_existing);
    fs::resize_file(parts[1], length);
    const ProcessResult refused = waybill({"load", "parts", "oci-layout:out"});
    // Of what has no beginning nobody can say what it was.
    EXPECT_THAT(refused, Exited(length == 0 ? 3 : 4)) << length;
    EXPECT_THAT(refused.err, HasSubstr("part 2 of 4"));
    if (length != 0) {
      EXPECT_THAT(refused.err, HasSubstr(parts[1].filename().string()));
    }
    if (length >= 1024) {
      EXPECT_THAT(refused.err, HasSubstr(fmt::format("it has {} of {} bytes", length, size)));
    }
    fs::rename(path("whole"), parts[1]);
  }
  EXPECT_FALSE(fs::exists(path("out")));
  std::ofstream(parts[1], std::ios::app) << "seventeen bytes.\n";
  const ProcessResult loaded = waybill({"load", "parts", "oci-layout:out"});
  EXPECT_THAT(loaded, Exited(0));
  EXPECT_THAT(loaded.err, AllOf(HasSubstr("17 bytes more"), HasSubstr(parts[1].filename().string())));
  expect_same_blobs("image", "out");
  EXPECT_FALSE(at(waybill_json({"load", "--check", "parts"}), "intact").as_bool());
}

TEST_F(Carry, PartsOfTwoSetsAreNotMixed) {
  save_image();
  write_image(path("second"), "v2", 5, 2'600'000);
  ASSERT_THAT(waybill({"save", "-o", "others", "--part-size", "4MiB", "oci-layout:second:v2"}), Exited(0));
  const std::vector<fs::path> parts = files("parts");
  const std::vector<fs::path> others = files("others");
  // Swapped, names and all.
  fs::rename(parts[1], path("aside"));
  fs::rename(others[1], parts[1]);
  fs::rename(path("aside"), others[1]);
  const std::string id = parts[0].filename().string().substr(8, 12);
  const ProcessResult unclear = waybill({"load", "parts", "oci-layout:out"});
  EXPECT_THAT(unclear, Exited(2));
  EXPECT_THAT(unclear.err, AllOf(HasSubstr(id + " (3 of 4 parts)"), HasSubstr("(1 of 4 parts)"), HasSubstr("--set")));
  const ProcessResult chosen = waybill({"load", "parts", "oci-layout:out", "--set", id});
  EXPECT_THAT(chosen, Exited(3));
  EXPECT_THAT(chosen.err, HasSubstr("part 2 of 4"));
  ASSERT_THAT(waybill({"load", "parts", "others", "oci-layout:out", "--set", id.substr(0, 6)}), Exited(0));
  expect_same_blobs("image", "out");
  EXPECT_THAT(waybill({"load", "parts", "oci-layout:out", "--set", "no"}), Exited(3));
}

// At each MiB of each file, and where its description, its hashes and its end lie.
std::vector<std::uint64_t> places_of(const fs::path& file) {
  const std::uint64_t size = fs::file_size(file);
  std::vector<std::uint64_t> places = {3, 520, 700, size - 1500, size - 1800, size - 3};
  for (std::uint64_t place = 2000; place < size; place += kMiB) places.push_back(place);
  return places;
}

TEST_F(Carry, EveryFlippedBitIsFound) {
  save_image();
  int flips = 0;
  for (const fs::path& part : files("parts")) {
    for (const std::uint64_t place : places_of(part)) {
      flip(part, place);
      const ProcessResult checked = waybill({"load", "--check", "parts", "--format", "json"});
      const Value report = parse_json(checked.out);
      EXPECT_FALSE(at(report, "intact").as_bool()) << part << " at " << place;
      std::string found;
      for (const Value& each : at(report, "damage").items()) {
        found += at(each, "file").as_string();
        EXPECT_LE(static_cast<std::uint64_t>(at(each, "begin").as_int()), place);
        EXPECT_GT(static_cast<std::uint64_t>(at(each, "end").as_int()), place);
        EXPECT_LE(at(each, "end").as_int() - at(each, "begin").as_int(), static_cast<std::int64_t>(kMiB));
      }
      for (const Value& each : at(report, "problems").items()) found += each.as_string();
      EXPECT_THAT(found, HasSubstr(part.filename().string()));
      const ProcessResult loaded = waybill({"load", "parts", "oci-layout:out"});
      if (at(report, "loadable").as_bool()) {
        EXPECT_THAT(loaded, Exited(0));
        expect_same_blobs("image", "out");
      } else {
        EXPECT_THAT(checked, Exited(4));
        EXPECT_THAT(loaded, Exited(4)) << part << " at " << place;
        EXPECT_THAT(loaded.err, HasSubstr(part.filename().string()));
        EXPECT_THAT(waybill({"inspect", "oci-layout:out:v1"}), Exited(3)) << "the tag comes last";
      }
      fs::remove_all(path("out"));
      flip(part, place);
      ++flips;
    }
  }
  EXPECT_GE(flips, 36);
}

TEST_F(Carry, AllDamageIsNamedAtOnce) {
  save_image();
  const std::vector<fs::path> parts = files("parts");
  for (const std::size_t i : {0U, 2U}) flip(parts[i], kMiB + 5000);
  flip(parts[2], 2 * kMiB + 5000);
  flip(parts[3], 5000);
  const ProcessResult refused = waybill({"load", "parts", "oci-layout:out"});
  EXPECT_THAT(refused, Exited(4));
  for (const std::size_t i : {0U, 2U, 3U}) EXPECT_THAT(refused.err, HasSubstr(parts[i].filename().string()));
  // Two damaged MiB beside each other are one range of the file.
  EXPECT_THAT(refused.err,
              HasSubstr(fmt::format("(part 3 of 4) is damaged in bytes {} to {}", kMiB + 1536, 3 * kMiB + 1536)));
  // No blob is under its name that is not what its name says.
  fs::create_directories(path("out"));
  for (const auto& blob : fs::recursive_directory_iterator(path("out"))) {
    if (!blob.is_regular_file() || blob.path().string().find("sha256/") == std::string::npos) continue;
    EXPECT_EQ(sha256(read_file(blob.path())).hex(), blob.path().filename().string());
  }
  // A second copy of a part makes good what the first lacks.
  save_image({}, "again");
  const ProcessResult loaded = waybill({"load", "parts", "again", "oci-layout:out"});
  EXPECT_THAT(loaded, Exited(0));
  EXPECT_THAT(loaded.err, HasSubstr("is damaged in bytes"));
  expect_same_blobs("image", "out");
}

// --- parity

TEST_F(Carry, EveryFlippedBitIsRepaired) {
  save_image({"--parity", "25%"});
  const std::vector<fs::path> parts = files("parts");
  ASSERT_THAT(parts, SizeIs(5));
  for (const fs::path& part : parts) {
    for (const std::uint64_t place : places_of(part)) {
      flip(part, place);
      const Value report = waybill_json({"load", "--check", "parts"});
      EXPECT_FALSE(at(report, "intact").as_bool()) << part << " at " << place;
      EXPECT_TRUE(at(report, "loadable").as_bool()) << part << " at " << place;
      ASSERT_THAT(waybill({"load", "parts", "oci-layout:out"}), Exited(0)) << part << " at " << place;
      expect_same_blobs("image", "out");
      fs::remove_all(path("out"));
      flip(part, place);
    }
  }
  // One in each part, each in another MiB of it: more parts than may be lost.
  for (std::size_t i = 0; i < 4; ++i) flip(parts[i], i * kMiB + 9000);
  const ProcessResult several = waybill({"load", "parts", "oci-layout:out"});
  EXPECT_THAT(several, Exited(0));
  expect_same_blobs("image", "out");
}

// docs/formats.md, "Parts", read by somebody else.
constexpr const char* kIndependentReader = R"(
import glob, hashlib, json, sys, tarfile
double = lambda x: x << 1 ^ (0x11d if x & 0x80 else 0)
def times(a, b):
    product = 0
    while b:
        product, a, b = product ^ (a if b & 1 else 0), double(a), b >> 1
    return product
inverse = {a: b for a in range(1, 256) for b in range(1, 256) if times(a, b) == 1}
bodies = {'data': {}, 'parity': {}}
for name in glob.glob(sys.argv[1] + '/*.tar'):
    with tarfile.open(name) as tar:
        files = {member.name: tar.extractfile(member).read() for member in tar}
    part = json.loads(files['waybill-part.json'])
    body = files['waybill-data' if part['kind'] == 'data' else 'waybill-parity']
    blocks = [hashlib.sha256(body[i:i + 2**20]).hexdigest() for i in range(0, len(body), 2**20)]
    *lines, own = files['waybill-hashes'].decode().splitlines()
    assert lines == blocks
    assert own == hashlib.sha256(files['waybill-part.json'] + '\n'.join(lines + ['']).encode()).hexdigest()
    division = {key: part[key] for key in ('root', 'archive', 'slice', 'data', 'parity', 'groups')}
    assert part['set'] == hashlib.sha256(json.dumps(division, sort_keys=True, separators=(',', ':')).encode()).hexdigest()
    bodies[part['kind']][part['index']] = body
archive = b''.join(bodies['data'][i] for i in sorted(bodies['data']))
assert len(archive) == part['archive'] and len(bodies['data']) == part['data'] and len(bodies['parity']) == part['parity']
k = part['data']
for row in range(part['parity']):
    total = 0
    for column in range(k):
        factor = inverse[(k + row) ^ column]
        table = bytes(times(factor, value) for value in range(256))
        total ^= int.from_bytes(bodies['data'][column + 1].ljust(part['slice'], b'\0').translate(table), 'big')
    assert bodies['parity'][row + 1] == total.to_bytes(part['slice'], 'big')
with open('joined.tar', 'wb') as joined:
    joined.write(archive)
root = hashlib.sha256(b'waybill-archive/1\n')
with tarfile.open('joined.tar') as tar:
    for member in sorted((m for m in tar if m.isfile()), key=lambda m: m.name):
        content = tar.extractfile(member).read()
        root.update(f'{hashlib.sha256(content).hexdigest()} {len(content)} {member.name}\n'.encode())
assert part['root'] == 'sha256:' + root.hexdigest()
)";

TEST_F(Carry, AnotherProgramReadsTheFormatByItsDescription) {
  WAYBILL_REQUIRE_PYTHON("tarfile");
  save_image({"--parity", "75%"});
  EXPECT_THAT(files("parts"), SizeIs(7));
  EXPECT_THAT(execute({"python3", "-c", kIndependentReader, "parts"}), Exited(0));
}

TEST_F(Carry, AnyPartsUpToTheParityMayBeLost) {
  save_image({"--parity", "50%"});
  const std::vector<fs::path> parts = files("parts");
  ASSERT_THAT(parts, SizeIs(6));
  for (unsigned lost = 1; lost < 1U << 6U; ++lost) {
    const int count = __builtin_popcount(lost);
    if (count > 3) continue;
    fs::create_directories(path("left"));
    for (std::size_t i = 0; i < 6; ++i) {
      if ((lost >> i & 1U) == 0) fs::create_hard_link(parts[i], folder() / "left" / parts[i].filename());
    }
    const ProcessResult loaded = waybill({"load", "left", "oci-layout:out"});
    if (count <= 2) {
      EXPECT_THAT(loaded, Exited(0)) << "lost " << lost;
      expect_same_blobs("image", "out");
    } else {
      EXPECT_THAT(loaded, Exited(3)) << "lost " << lost;
      EXPECT_THAT(loaded.err, AllOf(HasSubstr("lacks part"), HasSubstr("of 4")));
    }
    fs::remove_all(path("left"));
    fs::remove_all(path("out"));
  }
}

TEST_F(Carry, AMissingPartAndDamageInAnotherAreRepairedTogether) {
  save_image({"--parity", "50%"});
  const std::vector<fs::path> parts = files("parts");
  fs::remove(parts[3]);
  for (const std::uint64_t place : {std::uint64_t{5000}, 2 * kMiB}) flip(parts[4], place);
  const ProcessResult loaded = waybill({"load", "parts", "oci-archive:out.tar"});
  EXPECT_THAT(loaded, Exited(0));
  EXPECT_THAT(loaded.err, AllOf(HasSubstr("is missing"), HasSubstr("is damaged in bytes")));
  ASSERT_THAT(waybill({"copy", "oci-archive:out.tar", "oci-layout:out"}), Exited(0));
  expect_same_blobs("image", "out");
  flip(parts[5], 5000);
  const ProcessResult refused = waybill({"load", "parts", "oci-layout:other"});
  EXPECT_THAT(refused, Exited(4));
  EXPECT_THAT(refused.err, HasSubstr("is damaged in bytes"));
}

// --- manners

TEST_F(Carry, ForeignFilesAreNotOverwritten) {
  save_image();
  const Snapshot saved = snapshot(folder() / "parts");
  // The same again is the same.
  save_image();
  EXPECT_EQ(snapshot(folder() / "parts"), saved);
  const fs::path third = files("parts")[2];
  write_file(third, "something of mine", Overwrite::Yes);
  fs::remove(files("parts")[0]);
  const Words command = {"save", "oci-layout:image:v1", "--output", "parts", "--part-size", "4MiB"};
  const ProcessResult refused = waybill(command);
  EXPECT_THAT(refused, Exited(9));
  EXPECT_THAT(refused.err, AllOf(HasSubstr(third.filename().string()), HasSubstr("--force")));
  EXPECT_EQ(read_file(third), "something of mine");
  EXPECT_THAT(files("parts"), SizeIs(3));
  ASSERT_THAT(waybill(joined(command, {"--force"})), Exited(0));
  EXPECT_EQ(snapshot(folder() / "parts"), saved);
  fs::remove(third);
  fs::create_symlink("/etc/hostname", third);
  EXPECT_THAT(waybill(joined(command, {"--force"})), Exited(9));
  write_file(path("file"), "x", Overwrite::No);
  EXPECT_THAT(waybill({"save", "oci-layout:image:v1", "--output", "file"}), Not(Exited(0)));
}

TEST_F(Carry, TagsThatNameSomethingElseStay) {
  save_image();
  write_image(path("out"), "v1", 1, 1000);
  const Snapshot before = snapshot(folder() / "out");
  const ProcessResult refused = waybill({"load", "parts", "oci-layout:out"});
  EXPECT_THAT(refused, Exited(9));
  EXPECT_THAT(refused.err, HasSubstr("--force-tag"));
  EXPECT_EQ(snapshot(folder() / "out"), before);
  ASSERT_THAT(waybill({"load", "parts", "oci-layout:out", "--force-tag"}), Exited(0));
  EXPECT_EQ(digest_of("oci-layout:out:v1"), digest_of("oci-layout:image:v1"));
}

TEST_F(Carry, WrongWordsAreRefusedInWords) {
  write_image(path("image"), "v1", 1, 1000);
  const std::string image = "oci-layout:image:v1";
  EXPECT_THAT(waybill({"save", image}), Exited(2));
  EXPECT_THAT(waybill({"save", "--output", "x"}), Exited(2));
  for (const char* size : {"1MiB", "0", "-4MiB", "4 apples", "", "99999999999999999999", "17000000TiB"}) {
    const ProcessResult refused = waybill({"save", image, "-o", "x", std::string("--part-size=") + size});
    EXPECT_THAT(refused, Exited(2)) << size;
  }
  for (const char* share : {"0", "101%", "ten", "10%%"})
    EXPECT_THAT(waybill({"save", image, "-o", "y", "--parity", share}), Exited(2)) << share;
  EXPECT_FALSE(fs::exists(path("y")));
  EXPECT_THAT(waybill({"save", image, "-o", "y", "--receipt-key", "k.pub"}), Exited(2));
  ASSERT_THAT(waybill({"save", image, "-o", "x"}), Exited(0));
  EXPECT_THAT(waybill({"load", "x"}), Exited(2));
  EXPECT_THAT(waybill({"load", "x", "out"}), Exited(2));
  EXPECT_THAT(waybill({"load", "x", "docker-archive:y.tar"}), Exited(2));
  EXPECT_THAT(waybill({"load", "x", "oci://127.0.0.1:9"}), Exited(2)) << "a layout has no repository";
  EXPECT_THAT(waybill({"receipt", "oci://127.0.0.1:9"}), Exited(2));
  EXPECT_THAT(waybill({"receipt", image}), Exited(2));
  EXPECT_THAT(waybill({"receipt", "oci-layout:image", "--key", "k.key"}), Exited(2));
}

TEST_F(Carry, ADiskThatIsTooSmallIsToldAtOnce) {
  fs::create_directories(path("disk"));
  const bool mounted = ::mount("none", path("disk").c_str(), "tmpfs", 0, "size=9m") == 0;
  WAYBILL_REQUIRE_RIGHT("to mount a file system", mounted);
  save_image({}, "parts");
  const ProcessResult refused = waybill({"save", "oci-layout:image:v1", "--output", "disk/out"});
  EXPECT_THAT(refused, Exited(10));
  EXPECT_THAT(refused.err, HasSubstr("bytes free"));
  EXPECT_THAT(files("disk/out"), IsEmpty());
  // load finds it out while it writes, and goes on when there is room.
  EXPECT_THAT(waybill({"load", "parts", "oci-layout:disk/layout"}), Exited(10));
  for (const fs::path& blob : files("disk/layout/blobs/sha256")) {
    const std::string name = blob.filename().string();
    if (!name.starts_with(".waybill-")) {
      EXPECT_EQ(sha256(read_file(blob)).hex(), name);
    }
  }
  EXPECT_THAT(waybill({"inspect", "oci-layout:disk/layout:v1"}), Exited(3));
  ASSERT_EQ(::mount("none", path("disk").c_str(), "tmpfs", MS_REMOUNT, "size=40m"), 0);
  const Value loaded = waybill_json({"load", "parts", "oci-layout:disk/layout"});
  EXPECT_TRUE(at(loaded, "changed").as_bool());
  expect_same_blobs("image", "disk/layout");
  ::umount2(path("disk").c_str(), MNT_DETACH);
}

TEST_F(Carry, PlacesThatCannotBeWrittenAreDenied) {
  WAYBILL_REQUIRE_PEER("setpriv");
  WAYBILL_REQUIRE_RIGHT("to become another user", execute(as_nobody({"true"})).exit_status == 0);
  save_image();
  fs::create_directories(path("locked"));
  fs::permissions(folder(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  for (const Words& command :
       {Words{"save", "oci-layout:image:v1", "-o", "locked"}, Words{"save", "oci-layout:image:v1", "-o", "locked/new"},
        Words{"load", "parts", "oci-layout:locked/out"}, Words{"load", "parts", "oci-archive:locked/out.tar"}}) {
    EXPECT_THAT(execute(as_nobody(joined({program()}, command))), Exited(4))
        << fmt::format("{}", fmt::join(command, " "));
  }
  EXPECT_THAT(files("locked"), IsEmpty());
}

// Runs its arguments and prints the most memory that they had.
constexpr const char* kPeakMemory = R"(
import os, sys
child = os.fork()
if child == 0:
    os.dup2(os.open('/dev/null', os.O_WRONLY), 1)
    os.execv(sys.argv[1], sys.argv[1:])
status, usage = os.wait4(child, 0)[1:]
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
)";

TEST_F(Carry, MemoryStaysFlatForLargeBlobsAndForMany) {
  WAYBILL_REQUIRE_PYTHON("os");
  write_image(path("image"), "v1", 3000, 3000);
  ASSERT_THAT(execute({"sh", "-c", "head -c 300M /dev/urandom > big"}), Exited(0));
  const std::string digest = execute({"sha256sum", "big"}).out.substr(0, 64);
  fs::create_directories(path("large/blobs/sha256"));
  fs::rename(path("big"), path("large/blobs/sha256/" + digest));
  write_image(path("large"), "big", {"small"});
  // An artifact with that blob in place of the layer.
  std::string index = read_file(path("large/index.json"));
  const std::string manifest_hex = index.substr(index.find("sha256:") + 7, 64);
  std::string manifest = read_file(path("large/blobs/sha256/" + manifest_hex));
  const std::string small = fmt::format(R"("{}","size":5)", sha256("small").to_string());
  manifest.replace(manifest.find(small), small.size(), fmt::format(R"("sha256:{}","size":{})", digest, 300 * kMiB));
  const Digest changed = sha256(manifest);
  write_file(path("large/blobs/sha256/" + changed.hex()), manifest, Overwrite::Yes);
  const std::string size_text = R"("size":)";
  index.replace(index.find(manifest_hex), 64, changed.hex());
  const std::size_t size_at = index.find(size_text) + size_text.size();
  index.replace(size_at, index.find_first_not_of("0123456789", size_at) - size_at, std::to_string(manifest.size()));
  write_file(path("large/index.json"), index, Overwrite::Yes);

  const auto peak = [&](const Words& command) {  // KiB
    const ProcessResult done = execute(joined({"python3", "-c", kPeakMemory, program()}, command));
    EXPECT_THAT(done, Exited(0)) << command[0];
    return done.exit_status == 0 ? std::stol(done.out) : 0;
  };
  EXPECT_LE(peak({"save", "-q", "-o", "parts", "--part-size", "64MiB", "--parity", "40%", "oci-layout:image:v1",
                  "oci-layout:large:big"}),
            64 * 1024);
  EXPECT_LE(peak({"load", "-q", "parts", "oci-layout:out"}), 64 * 1024);
  fs::remove(files("parts")[4]);
  EXPECT_LE(peak({"load", "-q", "parts", "oci-layout:repaired"}), 64 * 1024);
  for (const char* layout : {"out", "repaired"})
    EXPECT_EQ(digest_of(std::string("oci-layout:") + layout + ":big"), changed.to_string());
}

// --- receipts

TEST_F(Carry, ReceiptsAreSmallAndAFunctionOfWhatIsThere) {
  write_image(path("image"), "v1", 200, 100);
  const ProcessResult first = waybill({"receipt", "oci-layout:image"});
  ASSERT_THAT(first, Exited(0));
  EXPECT_EQ(first.out, waybill({"receipt", "oci-layout:image", "-o", "-"}).out);
  EXPECT_LT(first.out.size(), 202 * 80U);
  const Value receipt = parse_json(first.out);
  EXPECT_THAT(keys(at(receipt, "blobs")), SizeIs(202));
  // What is listed and not there is no base.
  const std::string gone = sha256(random_bytes(100, 7)).hex();
  fs::remove(path("image/blobs/sha256/" + gone));
  EXPECT_THAT(waybill({"receipt", "oci-layout:image"}).out, Not(HasSubstr(gone)));
}

TEST_F(Carry, AReceiptThatNobodyTrustedSignedIsRefused) {
  WAYBILL_REQUIRE_PEER("openssl");
  make_key();
  make_key("stranger");
  write_image(path("image"), "v1", 3, 1000);
  ASSERT_THAT(waybill({"receipt", "oci-layout:image", "-o", "r.json"}), Exited(0));
  const Words save = {"save", "oci-layout:image:v1", "-o", "rest", "--have", "r.json", "--receipt-key", "k.pub"};
  const ProcessResult unsigned_one = waybill(save);
  EXPECT_THAT(unsigned_one, Exited(4));
  EXPECT_THAT(unsigned_one.err, HasSubstr("is not signed"));
  ASSERT_THAT(waybill({"receipt", "oci-layout:image", "-o", "r.json", "--key", "stranger.key"}), Exited(0));
  EXPECT_THAT(waybill(save), Exited(4));
  ASSERT_THAT(waybill({"receipt", "oci-layout:image", "-o", "r.json", "--key", "k.key"}), Exited(0));
  const std::string good = read_file(path("r.json"));
  std::string forged = good;
  forged.replace(forged.find(":1000"), 5, ":1001");
  write_file(path("r.json"), forged, Overwrite::Yes);
  EXPECT_THAT(waybill(save), Exited(4));
  EXPECT_FALSE(fs::exists(path("rest")));
  write_file(path("r.json"), good, Overwrite::Yes);
  EXPECT_EQ(at(waybill_json(save), "held.blobs").as_int(), 4);
  for (const char* bad : {"", "[]", "{}", R"({"format":"waybill-receipt/2","target":"x","blobs":{}})",
                          R"({"format":"waybill-receipt/1","target":"x","blobs":{"zz":1}})",
                          R"({"format":"waybill-receipt/1","target":"x","blobs":{},"more":1})"}) {
    write_file(path("bad.json"), bad, Overwrite::Yes);
    EXPECT_THAT(waybill({"save", "oci-layout:image:v1", "-o", "rest", "--have", "bad.json"}), Exited(2)) << bad;
  }
}

TEST_F(Carry, SaveRefusesWhatWouldLackABase) {
  write_image(path("image"), "v1", 3, 1000);
  ASSERT_THAT(waybill({"receipt", "oci-layout:image", "-o", "r.json"}), Exited(0));
  write_image(path("image"), "v2", 4, 1000);  // what v1 needs stays
  const std::string gone = sha256(random_bytes(1000, 4)).hex();
  fs::remove(path("image/blobs/sha256/" + gone));
  const ProcessResult refused = waybill({"save", "oci-layout:image:v2", "-o", "rest", "--have", "r.json"});
  EXPECT_THAT(refused, Exited(3));
  EXPECT_THAT(refused.err, AllOf(HasSubstr("neither"), HasSubstr(gone)));
  EXPECT_FALSE(fs::exists(path("rest")));
  // What the receipt lists need not be at the source.
  write_image(path("image"), "v2", 4, 1000);
  fs::remove(path("image/blobs/sha256/" + sha256(random_bytes(1000, 1)).hex()));
  EXPECT_THAT(waybill({"save", "oci-layout:image:v2", "-o", "rest", "--have", "r.json"}), Exited(0));
}

}  // namespace
}  // namespace waybill::testing
