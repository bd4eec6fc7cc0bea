#include "signing/checkpoint.h"

#include <gtest/gtest.h>

#include "tests/unit/signing/refusal.h"

namespace waybill::signing {
namespace {

// Of sigstore's staging log of the second version, with its key.
constexpr std::string_view kNote =
    "log2025-alpha1.rekor.sigstage.dev\n"
    "736\n"
    "rs1YPY0ydAV0lxgfrq5pE4oRpUJwo3syeps5+eGUTDI=\n"
    "\n"
    "\xe2\x80\x94 log2025-alpha1.rekor.sigstage.dev "
    "8w1amdbj1mjNN674dHAkD92+QZoEgBC7o0mXYSTRluDjQrOPjrps3zQB9ut+ShLepyZPsWBDi5IB3yXyjgjQT6OG9A8=\n";

Log known_log() {
  const auto spki = from_base64("MCowBQYDK2VwAyEAPn+AREHoBaZ7wgS1zBqpxmLSGnyhxXj4lFxSdWVB8o8=");
  return {std::string(32, 'x'), LogKey::from_der(*spki, "PKIX_ED25519"), {}};
}

std::string replaced(std::string_view from, std::string_view to) {
  std::string note(kNote);
  return note.replace(note.find(from), from.size(), to);
}

TEST(Checkpoint, IsReadAndVerifiedAsTheLogSignedIt) {
  const Checkpoint checkpoint = parse_checkpoint(kNote);
  EXPECT_EQ(checkpoint.origin, "log2025-alpha1.rekor.sigstage.dev");
  EXPECT_EQ(checkpoint.size, 736U);
  EXPECT_EQ(to_base64(checkpoint.root.raw()), "rs1YPY0ydAV0lxgfrq5pE4oRpUJwo3syeps5+eGUTDI=");
  EXPECT_TRUE(is_signed_by(checkpoint, known_log()));
}

TEST(Checkpoint, IsNotSignedWhenAnythingChanged) {
  EXPECT_FALSE(is_signed_by(parse_checkpoint(replaced("736", "737")), known_log()));
  EXPECT_FALSE(
      is_signed_by(parse_checkpoint(replaced("log2025-alpha1.rekor.sigstage.dev\n736", "log2025\n736")), known_log()));
  EXPECT_FALSE(is_signed_by(parse_checkpoint(replaced("8w1amd", "9w1amd")), known_log()));
  EXPECT_FALSE(is_signed_by(parse_checkpoint(replaced("bj1m", "bk1m")), known_log()));
  EXPECT_FALSE(is_signed_by(parse_checkpoint(replaced("\xe2\x80\x94 log2025", "\xe2\x80\x94 mog2025")), known_log()));
}

TEST(Checkpoint, SaysWhatIsMissing) {
  const auto refusal_of = [](const std::string& note) { return refusal([&] { return parse_checkpoint(note); }); };
  EXPECT_EQ(refusal_of("a\n1\n"), "the log's checkpoint has no signature");
  EXPECT_EQ(refusal_of("\n\n"), "the log's checkpoint has no origin");
  EXPECT_EQ(refusal_of("a\n\n"), "the log's checkpoint has no size");
  EXPECT_EQ(refusal_of("a\n-1\n\n"), "the log's checkpoint has no size");
  EXPECT_EQ(refusal_of("a\n1\n\n"), "the log's checkpoint has no root hash");
  EXPECT_EQ(refusal_of(replaced("rs1Y", "")), "the log's checkpoint has no root hash");
  EXPECT_EQ(refusal_of(replaced("\xe2\x80\x94 ", "- ")),
            "the log's checkpoint has a signature line that does not begin as one");
  EXPECT_EQ(refusal_of(replaced("8w1amd", "*")), "the log's checkpoint has a signature line that cannot be read");
  EXPECT_EQ(refusal_of(std::string(kNote.substr(0, kNote.size() - 1))),
            "the log's checkpoint has a line without an end");
  EXPECT_EQ(refusal_of(std::string(100000, 'x')), "the log's checkpoint is too large");
}

}  // namespace
}  // namespace waybill::signing
