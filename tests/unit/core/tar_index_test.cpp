#include "core/tar_index.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <numeric>

#include "core/archive.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/tar_writer.h"

namespace waybill {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

RandomAccessFile file_of(std::string_view bytes) {
  UniqueFd fd = unnamed_temporary_file();
  FdSink(UniqueFd(::dup(fd.get())), "test").write(bytes);
  return {std::move(fd), "test.tar"};
}

// A header as any writer could make it.
struct Entry {
  std::string name;
  char type = '0';
  std::string content = {};
  std::string link = {};
  std::string size = {};  // instead of the content's
  std::string magic = std::string("ustar\0", 6) + "00";
};

std::string raw(const Entry& entry) {
  std::string block(512, '\0');
  block.replace(0, entry.name.size(), entry.name);
  block.replace(100, 8, "0000644 ");
  const std::string size = entry.size.empty() ? fmt::format("{:011o} ", entry.content.size()) : entry.size;
  block.replace(124, size.size(), size);
  block.replace(148, 8, "        ");
  block[156] = entry.type;
  block.replace(157, entry.link.size(), entry.link);
  block.replace(257, entry.magic.size(), entry.magic);
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  block.replace(148, 7, fmt::format("{:06o}", sum) + '\0');
  return block + entry.content + std::string((512 - entry.content.size() % 512) % 512, '\0');
}

const std::string kEnd(1024, '\0');

std::string archive(const std::vector<Entry>& entries) {
  std::string bytes;
  for (const Entry& entry : entries) bytes += raw(entry);
  return bytes + kEnd;
}

TarIndex index_of(const std::string& bytes) { return read_tar_index(file_of(bytes)); }

std::string content(const RandomAccessFile& file, const TarEntry& entry) {
  const auto source = file.open(entry.offset, entry.size);
  return read_all(*source, 1 << 20, "test");
}

std::string refusal(const std::string& bytes) {
  try {
    static_cast<void>(index_of(bytes));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    return error.message();
  }
  return "taken";
}

TEST(TarIndex, FindsEveryContentThatOurWriterWrote) {
  const std::string long_name = std::string(90, 'd') + "/" + std::string(200, 'n');
  StringSink sink;
  TarWriter tar(sink);
  tar.add_file("a/b", Executable::No, "one");
  tar.add_file(long_name, Executable::No, "two");
  tar.add_file("z\xc3\xa4", Executable::Yes, std::string(1000, 'x'));
  tar.finish();
  const RandomAccessFile file = file_of(sink.text());
  const TarIndex index = read_tar_index(file);
  ASSERT_EQ(index.files.size(), 3U);
  EXPECT_EQ(content(file, index.files.at("a/b")), "one");
  EXPECT_EQ(content(file, index.files.at(long_name)), "two");
  EXPECT_EQ(content(file, index.files.at("z\xc3\xa4")), std::string(1000, 'x'));
}

TEST(TarIndex, ReadsPaxGnuAndTheOldFormat) {
  const std::string bytes = archive({{"comment", 'g', "20 comment=harmless\n"},
                                     {"x", 'x', "15 path=a/long\n10 size=4\n"},
                                     {"short", '0', "four", {}, "00000000000 "},
                                     {"././@LongLink", 'L', std::string("gnu/name") + '\0'},
                                     {"cut", '0', "gnu"},
                                     {"old/", '\0', {}, {}, {}, std::string(8, '\0')},
                                     {"old/file", '\0', "v7", {}, {}, std::string(8, '\0')},
                                     {"./dotted", '0', "dot"}});
  // The header of "short" says 0 and is followed by four bytes: the record decides.
  const RandomAccessFile file = file_of(bytes);
  const TarIndex index = read_tar_index(file);
  EXPECT_EQ(content(file, index.files.at("a/long")), "four");
  EXPECT_EQ(content(file, index.files.at("gnu/name")), "gnu");
  EXPECT_EQ(content(file, index.files.at("old/file")), "v7");
  EXPECT_EQ(content(file, index.files.at("dotted")), "dot");
  EXPECT_EQ(index.files.size(), 4U);
}

TEST(TarIndex, ReadsSizesInBase256) {
  const std::string size = "\x80" + std::string(10, '\0') + "\x03";
  const RandomAccessFile file = file_of(archive({{"a", '0', "abc", {}, size}, {"b", '0', "next"}}));
  const TarIndex index = read_tar_index(file);
  EXPECT_EQ(content(file, index.files.at("a")), "abc");
  EXPECT_EQ(content(file, index.files.at("b")), "next");
}

TEST(TarIndex, ResolvesLinksInsideTheArchive) {
  const TarIndex index = index_of(archive({{"one/layer.tar", '0', "x"},
                                           {"two/layer.tar", '2', {}, "../one/layer.tar"},
                                           {"three", '2', {}, "./one/layer.tar"},
                                           {"four", '1', {}, "one/layer.tar"}}));
  EXPECT_THAT(index.links, UnorderedElementsAre(Pair("two/layer.tar", "one/layer.tar"), Pair("three", "one/layer.tar"),
                                                Pair("four", "one/layer.tar")));
}

TEST(TarIndex, RefusesWhatLeadsOut) {
  for (const char* name : {"/etc/passwd", "../x", "a/../../x", "a//b", ".", "a\\b"}) {
    EXPECT_THAT(refusal(archive({{name, '0', "x"}})), HasSubstr("not a clean relative path")) << name;
  }
  for (const char* link : {"/etc/passwd", "../../x", "..", ""}) {
    EXPECT_THAT(refusal(archive({{"a/b", '2', {}, link}})), HasSubstr("leads out of it")) << link;
  }
  EXPECT_THAT(refusal(archive({{"a", '1', {}, "../b"}})), HasSubstr("leads out of it"));
  EXPECT_THAT(refusal(archive({{"x", 'x', "16 path=../../a\n"}, {"a", '0', "x"}})), HasSubstr("clean relative path"));
}

TEST(TarIndex, RefusesWhatTwoReadersCouldReadDifferently) {
  EXPECT_THAT(refusal(archive({{"a", '0', "1"}, {"a", '0', "2"}})), HasSubstr("twice"));
  EXPECT_THAT(refusal(archive({{"a", '0', "1"}, {"./a", '2', {}, "b"}})), HasSubstr("twice"));
  EXPECT_THAT(refusal(archive({{"x", 'x', "10 size=4\n"}, {"x", 'x', "10 size=5\n"}, {"a"}})),
              HasSubstr("two records"));
  EXPECT_THAT(refusal(archive({{"x", 'g', "10 path=a\n"}, {"b"}})), HasSubstr("names many"));
  EXPECT_THAT(refusal(archive({{"d/", '5', "content"}})), HasSubstr("has content"));
  EXPECT_THAT(refusal(archive({{"x", 'x', "10 size=4\n"}})), HasSubstr("between a record and its entry"));
}

TEST(TarIndex, RefusesOtherKindsOfEntries) {
  for (const char type : {'3', '4', '6', 'S', 'M', 'Z'})
    EXPECT_THAT(refusal(archive({{"dev", type}})), HasSubstr("neither a file nor a folder")) << type;
  EXPECT_THAT(refusal(archive({{"x", 'x', "22 GNU.sparse.major=1\n"}, {"a"}})), HasSubstr("sparse"));
}

TEST(TarIndex, RefusesDamage) {
  std::string changed = archive({{"a", '0', "x"}});
  changed[0] = 'b';
  EXPECT_THAT(refusal(changed), HasSubstr("checksum"));
  EXPECT_THAT(refusal(raw({"a", '0', "x"})), HasSubstr("cut off"));
  EXPECT_THAT(refusal(raw({"a", '0', "x"}).substr(0, 600)), HasSubstr("cut off"));
  EXPECT_THAT(refusal(archive({{"a", '0', "x", {}, "77777777777 "}})), HasSubstr("cut off"));
  EXPECT_THAT(refusal(archive({{"a", '0', "x", {}, "notoctal"}})), HasSubstr("unreadable size"));
  EXPECT_THAT(refusal(archive({{"a", '0', "x", {}, std::string(12, '\xff')}})), HasSubstr("unreadable size"));
  EXPECT_THAT(refusal(archive({{"a", '0', "x"}}) + "more"), HasSubstr("data after its end"));
  EXPECT_THAT(refusal(archive({{"a", '0', "x"}}) + std::string(2 << 20, '\0')), HasSubstr("data after its end"));
  EXPECT_THAT(refusal("no tar"), HasSubstr("cut off"));
  EXPECT_THAT(refusal(""), HasSubstr("cut off"));
  for (const char* record : {"99 path=a\n", "3 a", "path=a\n", "8 patha\n", "0 \n", "18446744073709551616 a=b\n"})
    EXPECT_NE(refusal(archive({{"x", 'x', record}, {"a"}})), "taken") << record;
}

TEST(TarIndex, StopsAtItsLimits) {
  std::vector<Entry> entries;
  for (int i = 0; i < 11; ++i) entries.push_back({fmt::format("f{}", i)});
  const RandomAccessFile file = file_of(archive(entries));
  EXPECT_THROW(static_cast<void>(read_tar_index(file, {.entries = 10})), Error);
  EXPECT_EQ(read_tar_index(file, {.entries = 11}).files.size(), 11U);
  EXPECT_THAT(refusal(archive({{"x", 'L', std::string(70'000, 'n')}, {"a"}})), HasSubstr("too long"));
}

TEST(TarWriter, WritesSizesBeyondUstarsFieldAsRecords) {
  class Zeros final : public ByteSource {
   public:
    std::size_t read(std::span<std::byte>) override { return 0; }
  };
  StringSink sink;
  TarWriter tar(sink);
  Zeros nothing;
  // The header is written before the content turns out to be missing.
  EXPECT_THROW(tar.add_file("big", Executable::No, 1ULL << 33, nothing), Error);
  EXPECT_THAT(sink.text(), HasSubstr("19 size=8589934592\n"));
}

TEST(TarWriter, TakesNeitherMoreNorLessThanWasAnnounced) {
  StringSink sink;
  TarWriter tar(sink);
  SpanSource three("abc");
  EXPECT_THROW(tar.add_file("a", Executable::No, 2, three), Error);
  SpanSource two("ab");
  EXPECT_THROW(tar.add_file("a", Executable::No, 3, two), Error);
}

}  // namespace
}  // namespace waybill
