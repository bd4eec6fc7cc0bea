// The parts that save writes: shuffled, renamed, lost, cut, damaged and repaired, and what load says of each.
#include <fmt/core.h>
#include <sys/mount.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "core/digest.h"
#include "tests/functional/support/carry_workspace.h"
#include "tests/functional/support/image_layout.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/fake_registry.h"
#include "tests/support/source_path.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::uint64_t kMiB = 1ULL << 20;

class Parts : public CarryWorkspace {};

// --- the parts

TEST_F(Parts, TheSameSetGivesTheSameBytes) {
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

TEST_F(Parts, PartsComeInAnyOrderUnderAnyNameTwiceAndAmongOtherFiles) {
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

TEST_F(Parts, WhatIsMissingIsNamed) {
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

TEST_F(Parts, TruncatedAndExtendedPartsAreNamed) {
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

TEST_F(Parts, PartsOfTwoSetsAreNotMixed) {
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

TEST_F(Parts, EveryFlippedBitIsFound) {
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

TEST_F(Parts, AllDamageIsNamedAtOnce) {
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

TEST_F(Parts, EveryFlippedBitIsRepaired) {
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

TEST_F(Parts, AnotherProgramReadsTheFormatByItsDescription) {
  WAYBILL_REQUIRE_PYTHON("tarfile");
  save_image({"--parity", "75%"});
  EXPECT_THAT(files("parts"), SizeIs(7));
  EXPECT_THAT(execute({"python3", "-c", kIndependentReader, "parts"}), Exited(0));
}

// Links, paths that lead out, devices and what is there twice, in a set in one file and in one of two.
TEST_F(Parts, HostileArchivesAreRefusedAndReachNothing) {
  WAYBILL_REQUIRE_PYTHON("tarfile");
  write_image(path("image"), "v1", 2, 1'500'000);
  ASSERT_THAT(waybill({"copy", "oci-layout:image:v1", "oci-archive:image.tar"}), Exited(0));
  fs::create_directory(path("out"));
  ASSERT_THAT(execute({source_path("tests/support/hostile_sets.py"), "image.tar", "sets", "outside"}), Exited(0));
  std::size_t refusals = 0;
  for (const fs::path& set : files("sets")) {
    const std::string name = set.filename().string();
    if (name.starts_with("honest")) {
      ASSERT_THAT(waybill({"load", set.string(), "oci-layout:" + name}), Exited(0)) << name;
      expect_same_blobs("image", name);
      fs::remove_all(path(name));
      continue;
    }
    ++refusals;
    EXPECT_THAT(waybill({"load", set.string(), "--check"}), Exited(0)) << name << ": it arrived as it was sent";
    for (const char* target : {"oci-layout:out/layout", "oci-archive:out/a.tar"}) {
      const ProcessResult refused = waybill({"load", set.string(), target});
      EXPECT_THAT(refused, Exited(2)) << name;
      EXPECT_THAT(refused.err, HasSubstr("is refused: ")) << name;
      EXPECT_TRUE(fs::is_empty(path("out"))) << name << " wrote something";
      EXPECT_FALSE(fs::exists(path("escaped"))) << name;
    }
  }
  EXPECT_EQ(refusals, 22U);
}

// What is loaded comes straight out of the parts: not one file is written that is larger than the largest blob, and
// there is no room for anything but what the target takes. For a registry nothing is written at all.
TEST_F(Parts, NoSecondCopyIsMadeOnTheWay) {
  save_image({"--parity", "25%"});
  fs::remove(files("parts")[2]);  // and computed
  const auto load_with = [&](std::uint64_t largest_file, const Words& target) {
    return execute(joined({"prlimit", fmt::format("--fsize={}", largest_file), program(), "load", "parts"}, target),
                   {{"TMPDIR", path("disk")}, {"HOME", path("disk")}, {"XDG_CACHE_HOME", path("disk")}});
  };
  fs::create_directory(path("disk"));
  const FakeRegistry registry;
  EXPECT_THAT(load_with(4096, {"oci://" + registry.host() + "/team/image"}), Exited(0));
  EXPECT_TRUE(registry.manifest("v1").has_value());
  EXPECT_TRUE(fs::is_empty(path("disk")));

  std::uint64_t blobs = 0;
  std::uint64_t largest = 0;
  for (const fs::path& blob : files("image/blobs/sha256")) {
    blobs += (fs::file_size(blob) + 4095) / 4096 * 4096;
    largest = std::max<std::uint64_t>(largest, fs::file_size(blob));
  }
  const std::uint64_t room = blobs + kMiB / 4;
  const bool mounted = ::mount("none", path("disk").c_str(), "tmpfs", 0, fmt::format("size={}", room).c_str()) == 0;
  WAYBILL_REQUIRE_RIGHT("to mount a file system", mounted);
  EXPECT_THAT(load_with(largest, {"oci-layout:disk/out"}), Exited(0));
  expect_same_blobs("image", "disk/out");
  fs::remove_all(path("disk/out"));
  EXPECT_THAT(load_with(room, {"oci-archive:disk/out.tar"}), Exited(0));
  EXPECT_EQ(digest_of("oci-archive:disk/out.tar:v1"), digest_of("oci-layout:image:v1"));
  ::umount2(path("disk").c_str(), MNT_DETACH);
}

TEST_F(Parts, AnyPartsUpToTheParityMayBeLost) {
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

TEST_F(Parts, AMissingPartAndDamageInAnotherAreRepairedTogether) {
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

}  // namespace
}  // namespace waybill::testing
