#include "core/suggest.h"

#include <gtest/gtest.h>

#include <array>

namespace waybill {
namespace {

constexpr std::array<std::string_view, 5> kServices{"eks", "gke", "aks", "oke", "kubeadm"};

TEST(Suggest, FindsTheNearestWord) {
  EXPECT_EQ(nearest("ekss", kServices), "eks");
  EXPECT_EQ(nearest("kse", kServices), "") << "two changes of three";
  EXPECT_EQ(nearest("kubedam", kServices), "kubeadm");
  EXPECT_EQ(nearest("esk", kServices), "eks") << "neighbours swapped count once";
  EXPECT_EQ(nearest("ake", kServices), "gke") << "the first of equals";
  EXPECT_EQ(nearest("openshift", kServices), "");
}

TEST(Suggest, NeverTakesOneLetterForAnother) {
  const std::vector<std::string> letters{"a", "b"};
  EXPECT_EQ(nearest("x", letters), "");
  EXPECT_EQ(nearest("", letters), "");
}

TEST(Suggest, GivesUpOnVeryLongWords) { EXPECT_EQ(nearest(std::string(10'000, 'a'), kServices), ""); }

TEST(Suggest, MakesASentence) {
  EXPECT_EQ(suggestion("gks", {"gke", "eks"}), "did you mean 'gke'?");
  EXPECT_EQ(suggestion("zzz", {"gke", "eks"}), "expected one of gke, eks");
  EXPECT_EQ(suggestion("zzz", {"gke"}), "expected gke");
  EXPECT_EQ(suggestion("zzz", {"aaa", "bbb", "ccc"}, 2), "expected one of aaa, bbb, …");
  EXPECT_EQ(suggestion("zzz", {}), "");
}

}  // namespace
}  // namespace waybill
