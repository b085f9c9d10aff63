// swift-format-ignore-file
/// `page/icon.svg`, put here by script/page.
enum PageIconSVG {
  static let text = #"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<rect width="16" height="16" rx="4" fill="#1f5fa8"/>
<path d="M4 12V4h8M4 8h6" fill="none" stroke="#fff" stroke-width="2"/>
</svg>
"""#
}
