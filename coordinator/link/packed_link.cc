#include "coordinator/link/packed_link.h"

#include <utility>

namespace fanfetch {

// The structured binding moves from it.
PackedLink::PackedLink(Link link) {  // NOLINT(performance-unnecessary-value-param)
  // All members by their number: without one that is new, this does not compile. That each comes
  // back is for packed_link_test to see, which compares them all.
  auto& [index, listed, url, hash, name, open_name, name_given, name_key, host_limit, piece,
         earlier, failed_before, headers, columns] = link;
  auto& [request, normal, userinfo, scheme, host, port, path] = url;
  text_.reserve(request.size() + name.size());
  request_ = add(request);
  listed_ = add(listed);
  normal_ = add(normal);
  scheme_ = add(scheme);
  host_ = add(host);
  path_ = add(path);
  name_ = add(name);
  text_.shrink_to_fit();
  if (!userinfo.empty() || !open_name.empty() || earlier || !headers.empty() || columns) {
    extras_ = std::make_unique<Extras>(Extras{std::move(userinfo), std::move(open_name),
                                              std::move(earlier), std::move(headers),
                                              std::move(columns)});
  }
  index_ = index;
  name_key_ = name_key;
  hash_ = hash;
  host_limit_ = host_limit;
  piece_ = piece;
  port_ = port;
  name_given_ = name_given;
  failed_before_ = failed_before;
}

Link PackedLink::unpack() && {
  Link link{.index = index_,
            .listed = text_of(listed_),
            .url = {.request = text_of(request_),
                    .normal = text_of(normal_),
                    .scheme = text_of(scheme_),
                    .host = text_of(host_),
                    .port = port_,
                    .path = text_of(path_)},
            .hash = hash_,
            .name = text_of(name_),
            .name_given = name_given_,
            .name_key = name_key_,
            .host_limit = host_limit_,
            .piece = piece_,
            .failed_before = failed_before_};
  if (extras_) {
    link.url.userinfo = std::move(extras_->userinfo);
    link.open_name = std::move(extras_->open_name);
    link.earlier = std::move(extras_->earlier);
    link.headers = std::move(extras_->headers);
    link.columns = std::move(extras_->columns);
  }
  return link;
}

/// Where `text` stands in text_; at its end, if it did not before.
PackedLink::Piece PackedLink::add(std::string_view text) {
  std::size_t begin = text_.find(text);
  if (begin == std::string::npos) {
    begin = text_.size();
    text_ += text;
  }
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(text.size())};
}

std::string PackedLink::text_of(Piece piece) const { return text_.substr(piece.begin, piece.size); }

}  // namespace fanfetch
