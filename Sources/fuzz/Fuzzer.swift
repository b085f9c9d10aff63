import Glibc

#if FUZZING
  // script/fuzz builds with `-sanitize=fuzzer`, which gives the program no entry of its own: this
  // is the one that SwiftPM's linker flags ask for.
  @_silgen_name("LLVMFuzzerRunDriver")
  private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  ) -> Int32

  private nonisolated(unsafe) var chosen: Target?

  /// libFuzzer on the target that `FUZZ_TARGET` names, also in the processes that libFuzzer starts;
  /// without one, the reproducer.
  @_cdecl("fuzz_main")
  public func fuzzMain(
    _ count: Int32, _ words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  ) -> Int32 {
    guard let name = getenv("FUZZ_TARGET").map({ String(cString: $0) }) else {
      Reproducer.main()
      return 0
    }
    guard let target = Targets.named(name) else {
      Reproducer.complain("error: there is no target \(name)\n")
      return 2
    }
    chosen = target
    // The seeds bring up what the target leans on, before anything is measured.
    for seed in target.seeds() { _ = target.run(seed) }
    var rest = count
    var place: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = words
    return withUnsafeMutablePointer(to: &place) { runDriver(&rest, $0, feed) }
  }

  private func feed(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    if case .broken(let text)? = chosen?.run(input) {
      Reproducer.complain("broken: \(text)\n")
      abort()
    }
    return 0
  }
#else
  @main
  struct Main {
    static func main() { Reproducer.main() }
  }
#endif
