#include "core/archive.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/file_system.h"
#include "tests/support/process.h"

namespace waybill {
namespace {

FileTree tree_of(const std::vector<std::pair<std::string, std::string>>& files) {
  FileTree tree;
  for (const auto& [path, bytes] : files) tree.add(RelPath::parse(path), bytes);
  return tree;
}

std::string tar_of(const FileTree& tree) {
  StringSink sink;
  write_tar(tree, sink);
  return sink.take();
}

std::string gzip_of(std::string_view text) {
  StringSink sink;
  GzipSink gzip(sink);
  gzip.write(text);
  gzip.finish();
  return sink.take();
}

FileTree read(const std::string& bytes, const TarLimits& limits = {}) {
  SpanSource source{std::string_view(bytes)};
  return read_tar(source, limits);
}

std::string refusal(const std::string& bytes, const TarLimits& limits = {}) {
  try {
    (void)read(bytes, limits);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput) << error.message();
    return error.message();
  }
  return "accepted";
}

// Builds archives that our writer never makes: one header block with the given type and name, right checksum.
std::string raw_entry(const std::string& name, char type, const std::string& content = "",
                      const std::string& link = "") {
  std::string block(512, '\0');
  block.replace(0, name.size(), name);
  block.replace(100, 7, "0000644");
  block.replace(108, 7, "0000000");
  block.replace(116, 7, "0000000");
  char size[12];
  std::snprintf(size, sizeof size, "%011o", static_cast<unsigned>(content.size()));
  block.replace(124, 11, size);
  block.replace(136, 11, "00000000000");
  block.replace(148, 8, "        ");
  block[156] = type;
  block.replace(157, link.size(), link);
  block.replace(257, 8,
                std::string("ustar\0"
                            "00",
                            8));
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  char checksum[8];
  std::snprintf(checksum, sizeof checksum, "%06o", sum);
  block.replace(148, 7, std::string(checksum, 7));
  std::string padded = content;
  padded.resize((content.size() + 511) / 512 * 512);
  return block + padded;
}

const std::string kEnd(1024, '\0');

// Facts measured with libarchive 3.6.2 and zlib 1.2.13 on this tree.
TEST(WriteTar, GivesTheBytesOfLibarchivesRestrictedPaxWriter) {
  const std::string tar = tar_of(tree_of({{"hello.txt", "hello\n"}}));
  EXPECT_EQ(tar.size(), 2048U);
  EXPECT_EQ(sha256(tar).hex(), "62933cede5c644db538122618bf5acbfd0a24ebf6128e0f0468265faa13eca9d");
}

TEST(WriteTar, DividesLongNamesAndNamesFoldersAsLibarchiveDoes) {
  const std::string folder(60, 'd');
  const std::string name(60, 'y');
  const std::string tar = tar_of(tree_of({{"a-b", "hello\n"},
                                          {"a.txt", "hello\n"},
                                          {"a/b", "hello\n"},
                                          {"a/c/d", "hello\n"},
                                          {folder + "/" + name, "hello\n"}}));
  EXPECT_EQ(sha256(tar).hex(), "50ae853992557360b0e2ebcd7bd9b79c39e4090645109f3375a062697b2b5041");
}

TEST(WriteTar, OfAnEmptyTreeIsTheEndMarkerAlone) { EXPECT_EQ(tar_of({}), kEnd); }

TEST(WriteTar, IsReadByGnuTarWithLongAndForeignNames) {
  WAYBILL_REQUIRE_PEER("tar");
  const std::string longest = std::string(200, 'l') + "/" + std::string(120, 'm') + ".yaml";
  FileTree tree = tree_of({{"größe/naïve 文.txt", "x"}, {longest, "y"}});
  tree.add(RelPath::parse("run.sh"), "#!/bin/sh\n", Executable::Yes);
  const testing::ProcessResult listing = testing::run({"tar", "--list", "--file=-", "--quoting-style=literal"},
                                                      {.input = tar_of(tree), .environment = {{"LC_ALL", "C.UTF-8"}}});
  EXPECT_EQ(listing.exit_status, 0) << listing.err;
  EXPECT_EQ(listing.out, "größe/\ngröße/naïve 文.txt\n" + std::string(200, 'l') + "/\n" + longest + "\nrun.sh\n");
  EXPECT_EQ(listing.err, "");
}

TEST(ReadTar, GivesBackWhatWasWritten) {
  FileTree tree = tree_of({{"größe/naïve 文.txt", "x"},
                           {std::string(200, 'l') + "/" + std::string(120, 'm') + ".yaml", "y"},
                           {"empty", ""},
                           {"large", std::string(300'000, 'z')}});
  tree.add(RelPath::parse("bin/run.sh"), "#!/bin/sh\n", Executable::Yes);
  const std::string tar = tar_of(tree);
  EXPECT_EQ(read(tar), tree);
  EXPECT_EQ(read(gzip_of(tar)), tree);
}

TEST(ReadTar, ReadsWhatGnuTarWrites) {
  WAYBILL_REQUIRE_PEER("tar");
  for (const std::string format : {"gnu", "pax", "ustar"}) {
    const std::size_t length = format == "ustar" ? 60 : 120;
    const FileTree tree =
        tree_of({{"a/b.txt", "b"}, {std::string(length, 'n') + "/" + std::string(length, 'm'), "long"}, {"ü", "u"}});
    const TemporaryFolder folder;
    write_folder(folder.path() / "in", tree, Overwrite::No);
    const testing::ProcessResult made = testing::run(
        {"tar", "--create", "--file=-", "--format=" + format, "--directory=" + (folder.path() / "in").string(), "."});
    ASSERT_EQ(made.exit_status, 0) << made.err;
    EXPECT_EQ(read(made.out), tree) << format;
  }
}

TEST(ReadTar, ReadsZstd) {
  WAYBILL_REQUIRE_PEER("zstd");
  const FileTree tree = tree_of({{"a/b.txt", std::string(100'000, 'b')}});
  const testing::ProcessResult compressed = testing::run({"zstd", "--stdout", "-"}, {.input = tar_of(tree)});
  ASSERT_EQ(compressed.exit_status, 0) << compressed.err;
  EXPECT_EQ(read(compressed.out), tree);
  EXPECT_NE(refusal(compressed.out.substr(0, compressed.out.size() / 2)), "accepted");
}

TEST(ReadTar, RefusesNamesThatLeaveTheFolder) {
  for (const std::string name : {"/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", "a\\b", "a/..", ".."}) {
    EXPECT_NE(refusal(raw_entry(name, '0', "x") + kEnd).find("is not a clean relative path"), std::string::npos)
        << name;
  }
  EXPECT_NE(refusal(raw_entry("bad\xff"
                              "name",
                              '0', "x") +
                    kEnd),
            "accepted");
}

TEST(ReadTar, RefusesLinksAndDevices) {
  EXPECT_EQ(refusal(raw_entry("l", '2', "", "/etc/passwd") + kEnd), "the archive is refused: 'l' is a link");
  EXPECT_EQ(refusal(raw_entry("f", '0', "x") + raw_entry("l", '1', "", "f") + kEnd),
            "the archive is refused: 'l' is a link");
  for (const char device : {'3', '4', '6'}) {
    EXPECT_EQ(refusal(raw_entry("d", device) + kEnd), "the archive is refused: 'd' is neither a file nor a folder");
  }
}

TEST(ReadTar, RefusesTheSamePathTwice) {
  EXPECT_EQ(refusal(raw_entry("f", '0', "x") + raw_entry("f", '0', "y") + kEnd),
            "the archive is refused: 'f' is in it twice");
  EXPECT_EQ(refusal(raw_entry("f", '0', "x") + raw_entry("./f", '0', "y") + kEnd),
            "the archive is refused: 'f' is in it twice");
  EXPECT_NE(refusal(raw_entry("f", '0', "x") + raw_entry("f/g", '0', "y") + kEnd), "accepted");
}

TEST(ReadTar, TakesOneLeadingDotAndTheTopFolder) {
  EXPECT_EQ(read(raw_entry("./", '5') + raw_entry("./f", '0', "x") + kEnd), tree_of({{"f", "x"}}));
}

TEST(ReadTar, KeepsToItsLimits) {
  const std::string tar = tar_of(tree_of({{"a", "12345"}, {"b", "12345"}}));
  EXPECT_EQ(read(tar, {.entries = 2, .bytes = 10}).size(), 2U);
  EXPECT_EQ(refusal(tar, {.entries = 1}), "the archive is refused: more than 1 entries");
  EXPECT_EQ(refusal(tar, {.bytes = 9}), "the archive is refused: its files are larger than 9 bytes");
  EXPECT_EQ(refusal(tar_of(tree_of({{"abcdef", "1"}})), {.path_length = 5}),
            "the archive is refused: a path is longer than 5 bytes");
}

TEST(ReadTar, RefusesACompressedBombWithoutUnpackingIt) {
  // 64 MiB of zeros behind the end marker become 64 KiB of gzip.
  std::string tar = tar_of(tree_of({{"a", "x"}}));
  tar.append(64U << 20, '\0');
  EXPECT_NE(refusal(gzip_of(tar), {.entries = 10, .bytes = 1000}), "accepted");
}

TEST(ReadTar, RefusesDataBehindTheEnd) {
  const std::string tar = tar_of(tree_of({{"a", "x"}}));
  EXPECT_EQ(read(tar + std::string(100'000, '\0')).size(), 1U);
  EXPECT_EQ(refusal(tar + "x"), "the archive is refused: there is data after its end");
  EXPECT_EQ(refusal(tar + std::string(200'000, '\0') + "x"), "the archive is refused: there is data after its end");
  EXPECT_EQ(refusal(tar + tar), "the archive is refused: there is data after its end");
}

TEST(ReadTar, RefusesEveryTruncation) {
  const std::string tar = tar_of(tree_of({{"a/b", std::string(1000, 'x')}, {"c", "y"}}));
  const std::size_t content_end = tar.size() - kEnd.size();
  for (std::size_t size = 0; size < content_end; size += 97) {
    if (size % 512 == 0) continue;  // a cut between entries cannot be told from an archive without an end marker
    EXPECT_NE(refusal(tar.substr(0, size)), "accepted") << size;
  }
  const std::string compressed = gzip_of(tar);
  for (std::size_t size = 0; size < compressed.size(); size += 7)
    EXPECT_NE(refusal(compressed.substr(0, size)), "accepted") << size;
}

TEST(ReadTar, PassesOnWhatTheSourceThrows) {
  class Failing final : public ByteSource {
    std::size_t read(std::span<std::byte>) override { throw Error(ErrorCode::Timeout, "too slow"); }
  };
  Failing source;
  try {
    (void)read_tar(source);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Timeout);
  }
}

}  // namespace
}  // namespace waybill
