/// The program's version.
public enum Version {
  /// As semantic versioning writes it.
  public static let text = "0.1.0"
}
