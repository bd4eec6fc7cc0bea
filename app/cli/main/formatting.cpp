// The library fmt, compiled into the program: what Debian's libfmt.so holds, from the same headers. Every command
// formats, so opening it on first use would not help; linked in, it saves loading two libraries, because libfmt is the
// only one that needs a shared libstdc++ (docs/decisions/0010).
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {

// The templates whose bodies the headers leave to the library.
template auto dragonbox::to_decimal(float x) noexcept -> dragonbox::decimal_fp<float>;
template auto dragonbox::to_decimal(double x) noexcept -> dragonbox::decimal_fp<double>;
template auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl(locale_ref) -> char;

}  // namespace detail
FMT_END_NAMESPACE
