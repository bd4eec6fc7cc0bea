#include "oci/part.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>

#include "core/error.h"
#include "core/file_system.h"
#include "core/tar_writer.h"
#include "oci/archive_contents.h"
#include "oci/oci_archive.h"
#include "oci/part_set.h"
#include "oci/part_writer.h"
#include "tests/support/thrown_error.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;

PartDescription part_of(const PartDivision& set, PartKind kind, std::uint64_t index) { return {set, kind, index}; }

TEST(PartDivision, PartsAreNoLargerThanWhatWasAskedForAndHoldAll) {
  std::mt19937_64 random(1);  // NOLINT(cert-msc51-cpp): a failure must be repeatable
  for (int round = 0; round < 500; ++round) {
    const std::uint64_t size = (1 + random() % (1ULL << (20 + random() % 18))) * 512;
    const std::uint64_t largest = kSmallestPart + random() % (1ULL << (20 + random() % 14));
    const unsigned parity = random() % 3 == 0 ? 0 : static_cast<unsigned>(1 + random() % 100);
    if (size / largest > 50'000) continue;
    const PartDivision set = divide_archive(sha256("root"), size, {largest, parity, random() % 2 == 0});
    const PartKind kind = set.is_whole() ? PartKind::Whole : PartKind::Data;
    std::uint64_t total = 0;
    for (std::uint64_t i = 1; i <= set.data; ++i) total += part_of(set, kind, i).body_size();
    EXPECT_EQ(total, set.archive);
    EXPECT_EQ(set.archive, size + (set.is_whole() ? 0 : 1024));
    EXPECT_LE(part_file_size(part_of(set, kind, 1)), largest);
    if (parity != 0) {
      EXPECT_GE(set.parity * 100, set.data * parity);
      EXPECT_LE(part_file_size(part_of(set, PartKind::Parity, set.parity)), largest);
    }
    for (const std::uint64_t i : {std::uint64_t{1}, set.data}) {
      const PartDescription part = part_of(set, kind, i);
      EXPECT_EQ(parse_description(write_description(part)), part);
    }
  }
}

TEST(PartDivision, NoRoomIsLeftUnused) {
  for (const std::uint64_t largest : {kSmallestPart, kLargestFatFile, std::uint64_t{700'000'000}}) {
    const PartDivision set = divide_archive(sha256("root"), 3 * largest / 512 * 512, {largest, 0, true});
    EXPECT_GT(part_file_size(part_of(set, PartKind::Data, 1)) + 1024, largest) << largest;
  }
}

TEST(PartDivision, ParityCostsAboutWhatWasAskedFor) {
  const std::uint64_t gib = 1ULL << 30;
  const PartDivision set = divide_archive(sha256("root"), gib, {kLargestFatFile, 10, false});
  EXPECT_EQ(set.data, 10U);
  EXPECT_EQ(set.parity, 1U);
  const PartDivision large = divide_archive(sha256("root"), 100 * gib, {kLargestFatFile, 10, false});
  EXPECT_EQ(large.data, 26U);
  EXPECT_EQ(large.parity, 3U);
  const PartDivision small = divide_archive(sha256("root"), 10 << 20, {kLargestFatFile, 1, false});
  EXPECT_EQ(small.data, 3U) << "parts are not smaller than 4 MiB";
  EXPECT_EQ(error_of([&] {
              static_cast<void>(divide_archive(sha256("root"), gib << 10, {kSmallestPart, 0, true}));
            }).code(),
            ErrorCode::InvalidInput);
}

TEST(PartDescription, FileNamesSortAsThePartsDo) {
  const PartDivision set{sha256("root"), 1200ULL * 512, 512, 1200, 0, 1};
  std::vector<std::string> names;
  for (std::uint64_t i = 1; i <= set.data; ++i) names.push_back(part_of(set, PartKind::Data, i).file_name());
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_THAT(names.front(), HasSubstr("-part-0001.tar"));
}

TEST(PartDescription, OnlyWhatThisProgramWritesIsRead) {
  const PartDivision set{sha256("root"), 1024ULL * 5, 1024, 5, 2, 2};
  const std::string good = write_description(part_of(set, PartKind::Data, 3));
  EXPECT_EQ(parse_description(good).index, 3U);
  for (const auto& [from, to] :
       {std::pair("part/1", "part/2"), std::pair(R"("data":5)", R"("data":6)"),
        std::pair(R"("index":3)", R"("index":0)"), std::pair(R"("index":3)", R"("index":6)"),
        std::pair(R"("slice":1024)", R"("slice":1000)"), std::pair(R"("groups":2)", R"("groups":3)"),
        std::pair(R"("parity":2)", R"("parity":300)"), std::pair(R"("kind":"data")", R"("kind":"d")"),
        std::pair(R"("archive":5120)", R"("archive":-1)"), std::pair("sha256:", "sha512:"), std::pair("{", "{ "),
        std::pair("}", R"(,"more":1})")}) {
    std::string bad = good;
    bad.replace(bad.find(from), std::string_view(from).size(), to);
    EXPECT_EQ(error_of([&] { static_cast<void>(parse_description(bad)); }).code(), ErrorCode::InvalidInput) << bad;
  }
}

// --- sets

std::string noise(std::size_t size) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): a failure must be repeatable
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

class Parts : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path folder() const { return folder_.path() / "parts"; }
  void write(const PartDivision& set, std::string_view bytes) const {
    PartWriter writer(folder(), set, Overwrite::No);
    writer.archive().write(bytes);
    writer.add_parity(nullptr);
    writer.commit();
  }
  [[nodiscard]] PartSet find() const { return choose_set(find_parts({folder()}), {}); }
  [[nodiscard]] fs::path file(const PartDivision& set, PartKind kind, std::uint64_t index) const {
    return folder() / part_of(set, kind, index).file_name();
  }
  static std::string read(const PartSet& set) {
    const RandomAccessFile file = set.archive(nullptr);
    std::string bytes(file.size(), '\0');
    EXPECT_EQ(file.read_at(0, std::as_writable_bytes(std::span(bytes))), bytes.size());
    return bytes;
  }

  TemporaryFolder folder_;
};

TEST_F(Parts, MoreThan255HaveGroupsAndEachSurvivesItsLosses) {
  const PartDivision set{sha256("root"), 512ULL * 400, 512, 400, 6, 2};
  const std::string bytes = noise(set.archive);
  write(set, bytes);
  EXPECT_EQ(read(find()), bytes);
  // Three of each group.
  for (const std::uint64_t index : {1U, 2U, 3U, 398U, 399U, 400U}) fs::remove(file(set, PartKind::Data, index));
  EXPECT_THAT(find().missing(PartKind::Data), ElementsAre(1, 2, 3, 398, 399, 400));
  EXPECT_EQ(read(find()), bytes);
  fs::remove(file(set, PartKind::Data, 5));
  const Error lost = error_of([&] { find().require_complete(); });
  EXPECT_EQ(lost.code(), ErrorCode::NotFound);
  EXPECT_THAT(lost.message(), HasSubstr("parts 1-3, 5, 398-400 of 400"));
}

TEST_F(Parts, AnyPiecesOfASetAreReadAtAnyPlace) {
  const PartDivision set{sha256("root"), 512ULL * 9000, 512ULL * 2500, 4, 2, 1};
  const std::string bytes = noise(set.archive);
  write(set, bytes);
  fs::remove(file(set, PartKind::Data, 2));
  fs::remove(file(set, PartKind::Data, 4));
  const RandomAccessFile archive = find().archive(nullptr);
  std::mt19937 random(3);  // NOLINT(cert-msc51-cpp): a failure must be repeatable
  for (int round = 0; round < 200; ++round) {
    const std::uint64_t offset = random() % (set.archive + 1000);
    std::string piece(random() % 400'000, '\0');
    const std::size_t count = archive.read_at(offset, std::as_writable_bytes(std::span(piece)));
    piece.resize(count);
    EXPECT_EQ(piece, offset < bytes.size() ? bytes.substr(offset, count) : "");
    if (offset + count < bytes.size()) {
      EXPECT_EQ(count, piece.size());
    }
  }
}

// What is damaged in a way that parity could not undo is not handed out.
TEST_F(Parts, WhatParityGivesIsComparedWithTheHashesOfThePart) {
  const PartDivision set{sha256("root"), 512ULL * 9, 512ULL * 3, 3, 1, 1};
  const std::string bytes = noise(set.archive);
  write(set, bytes);
  // A parity part that is well formed and of other data.
  const PartDescription parity = part_of(set, PartKind::Parity, 1);
  const std::string body(set.slice, 'x');
  const std::vector<Digest> blocks{sha256(body)};
  write_file(file(set, PartKind::Parity, 1), part_front(parity) + body + part_back(parity, blocks), Overwrite::Yes);
  {
    std::fstream damaged(file(set, PartKind::Data, 2), std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(1600);
    damaged.put('!');
  }
  const Error refused = error_of([&] { static_cast<void>(read(find())); });
  EXPECT_EQ(refused.code(), ErrorCode::Untrusted);
  EXPECT_THAT(refused.message(), HasSubstr("part 2 of 3"));
}

// Tars that are refused stay refused when they come in parts.
TEST_F(Parts, HostileArchivesAreRefused) {
  const auto tar_of = [](char type, std::string_view name, std::string_view link) {
    StringSink sink;
    TarWriter tar(sink);
    tar.add_file("oci-layout", Executable::No, R"({"imageLayoutVersion":"1.0.0"})");
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    header.replace(100, 7, "0000644");
    header.replace(124, 11, "00000000000");
    header.replace(156, 1, 1, type);
    header.replace(157, link.size(), link);
    header.replace(257, 8, std::string("ustar\00000", 8));
    header.replace(148, 8, "        ");
    const unsigned sum = std::accumulate(header.begin(), header.end(), 0U,
                                         [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
    header.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    sink.write(header);
    tar.finish();
    return sink.take();
  };
  for (const auto& [type, name, link] :
       {std::tuple('2', "blobs/sha256/x", "/etc/passwd"), std::tuple('1', "blobs/sha256/x", "oci-layout"),
        std::tuple('0', "../x", ""), std::tuple('0', "/x", ""), std::tuple('0', "oci-layout", ""),
        std::tuple('3', "x", ""), std::tuple('4', "x", ""), std::tuple('6', "x", "")}) {
    const std::string tar = tar_of(type, name, link);
    const std::uint64_t slice = 1024;
    write({sha256(tar), tar.size(), slice, (tar.size() + slice - 1) / slice, 0, 1}, tar);
    const Error refused = error_of([&] { static_cast<void>(OciArchive::open(find().archive(nullptr))); });
    EXPECT_EQ(refused.code(), ErrorCode::InvalidInput) << type << name;
    EXPECT_THAT(refused.message(), HasSubstr("is refused")) << type << name;
    fs::remove_all(folder());
  }
}

TEST_F(Parts, AWriterThatStopsLeavesNothingAndCleansUpBehindOthers) {
  const PartDivision set{sha256("root"), 512ULL * 9, 512ULL * 3, 3, 0, 1};
  {
    PartWriter writer(folder(), set, Overwrite::No);
    writer.archive().write(noise(512ULL * 5));
    EXPECT_FALSE(fs::is_empty(folder()));
    EXPECT_EQ(error_of([&] { PartWriter(folder(), set, Overwrite::No); }).code(), ErrorCode::Conflict);
    EXPECT_EQ(error_of([&] { writer.commit(); }).code(), ErrorCode::Internal);
  }
  EXPECT_TRUE(fs::is_empty(folder()));
  write_file(folder() / ".waybill-waybill-0123-part-001.tar", "left by a killed process", Overwrite::No);
  write_file(folder() / "mine", "stays", Overwrite::No);
  write(set, noise(set.archive));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder()), fs::directory_iterator()), 4);
}

}  // namespace
}  // namespace waybill::oci
