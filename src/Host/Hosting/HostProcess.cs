using Akka.Configuration;
using Microsoft.AspNetCore.Connections;

namespace GpuCredit.Host.Hosting;

/// <summary>The process around the Host: where it finds its files, how long it may take to stop, and what its end says.</summary>
internal static class HostProcess
{
    /// <summary>
    /// With which the pool begins, if there aren't more cores. Nothing of ours blocks one for long, but a probe of SQLite or a library may; beyond it the pool
    /// grows by one or two a second, which looks like a node that is gone.
    /// </summary>
    private const int ThreadsMin = 4;

    /// <summary>More than the phases of CoordinatedShutdown together; a supervisor should grant more still.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(60);

    /// <summary>appsettings.json is read beside the binary, so that a published Host starts from any folder.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // Settings are read once; watching their files would only cost handles.
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddSingleton(TimeProvider.System);
        return builder;
    }

    public static async Task<int> RunAsync(Func<Task<GpuCreditHost>> build)
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, ThreadsMin), completions);
        try
        {
            await using var host = await build();
            return await host.RunAsync();
        }
        catch (Exception fault) when (RefusalIn(fault) is { } sentence)
        {
            await Console.Error.WriteLineAsync($"GpuCredit doesn't start: {sentence}");
            return ExitCode.StartRefused;
        }
        catch (Exception fault)
        {
            await Console.Error.WriteLineAsync($"GpuCredit fails: {fault}");
            return ExitCode.Fault;
        }
    }

    /// <summary>What the start waits for, before there is a log.</summary>
    public static void Tell(string sentence) => Console.Error.WriteLine($"GpuCredit waits: {sentence}");

    /// <summary>What the operator can mend: refused by us, a value in hocon/ or under Logging, a file of settings that can't be read, or a port that was taken since we looked.</summary>
    private static string? RefusalIn(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is StartRefusedException or ConfigurationException or AddressInUseException or InvalidDataException)
                return cause.Message;
            if (cause is InvalidOperationException { Source: "Microsoft.Extensions.Logging.Configuration" })
                return $"Logging: {cause.Message}";
        }

        return null;
    }
}
