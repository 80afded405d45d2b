using Akka.Configuration;
using Akka.Hosting;

namespace GpuCredit.Host.Hosting;

/// <summary>The actor system's settings: the files of hocon/ beside the binary, whatever the working directory.</summary>
internal static class HoconFiles
{
    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "hocon", file);

    /// <summary>Call it before any With… of Akka.Hosting: HOCON that is appended after them is ignored without a word.</summary>
    public static AkkaConfigurationBuilder AddHoconFiles(this AkkaConfigurationBuilder akka, params ReadOnlySpan<string> files)
    {
        foreach (var file in files)
            akka.AddHocon(Read(PathOf(file)), HoconAddMode.Append);
        return akka;
    }

    private static Config Read(string path)
    {
        try
        {
            return ConfigurationFactory.ParseString(File.ReadAllText(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ConfigurationException or FormatException)
        {
            throw new StartRefusedException($"{path} can't be read as HOCON: {fault.Message}", fault);
        }
    }
}
