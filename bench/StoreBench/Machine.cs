using System.Globalization;
using System.Runtime.InteropServices;

namespace StoreBench;

internal static class Machine
{
    public static string Load => File.Exists("/proc/loadavg") ? $"load averages {string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3])}" : "load unknown";

    public static string Describe(string folder)
    {
        var model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        var load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
        var disk = new DriveInfo(folder);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores ({model ?? "unknown"}), {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {disk.DriveFormat}, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}; load average at the start {load}");
    }
}
