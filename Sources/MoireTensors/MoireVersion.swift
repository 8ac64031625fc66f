/// The version of this package.
public enum MoireVersion {
  public static let current = "0.1.0"
}
