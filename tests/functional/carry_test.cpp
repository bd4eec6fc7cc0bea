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
#include "tests/functional/support/carry_workspace.h"
#include "tests/functional/support/image_layout.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/registry_server.h"
#include "tests/support/source_path.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::uint64_t kMiB = 1ULL << 20;

class Carry : public CarryWorkspace {};

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

// What a receipt lists would be missing in every other place that the set goes to.
TEST_P(CarryBetween, AReceiptSpeaksOfOneRepository) {
  ASSERT_THAT(waybill({"copy", app(), site_->target("team/app")}), Exited(0));
  ASSERT_THAT(waybill({"receipt", site_->target("team/app"), "--output", "site.json"}), Exited(0));
  const Words save = {"save", "--output", "rest", "--have", "site.json"};
  for (const Words& several : {Words{app(), bundle()}, Words{app(), "oci-layout:image:v1"}}) {
    const ProcessResult refused = waybill(joined(save, several));
    EXPECT_THAT(refused, Exited(2));
    EXPECT_THAT(refused.err,
                AllOf(HasSubstr("several repositories"), HasSubstr("save those of each repository apart")));
    EXPECT_FALSE(fs::exists(path("rest")));
  }
  // Two tags of one repository go together, and without a receipt everything does.
  ASSERT_THAT(waybill({"tag", app(), "stable"}), Exited(0));
  EXPECT_THAT(waybill(joined(save, {app(), source_->target("team/app:stable")})), Exited(0));
  EXPECT_THAT(waybill({"save", "--output", "all", app(), bundle()}), Exited(0));
}

// What comes from a repository is told apart by its whole name; a layout's tag is all the name there is.
TEST_P(CarryBetween, TwoArtifactsOfOneNameAreToldApartOrRefused) {
  EXPECT_THAT(waybill({"save", "--output", "same", app(), "oci-layout:image:v1"}), Exited(0)) << "one image";
  const ProcessResult refused = waybill({"save", "--output", "all", app(), bundle(), "oci-layout:image:v1"});
  EXPECT_THAT(refused, Exited(2));
  EXPECT_THAT(refused.err, HasSubstr("two artifacts of the set are called 'v1'"));
  EXPECT_FALSE(fs::exists(path("all")));
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

  EXPECT_LE(peak_memory({"save", "-o", "parts", "--part-size", "64MiB", "--parity", "40%", "oci-layout:image:v1",
                         "oci-layout:large:big"}),
            64 * 1024);
  EXPECT_LE(peak_memory({"load", "parts", "oci-layout:out"}), 64 * 1024);
  fs::remove(files("parts")[4]);
  EXPECT_LE(peak_memory({"load", "parts", "oci-layout:repaired"}), 64 * 1024);
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
