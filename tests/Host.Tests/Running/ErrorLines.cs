using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Host.Tests.Running;

/// <summary>What a Host logs as an error or worse, and which requests it has finished.</summary>
internal sealed class ErrorLines : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<string> _finished = new();

    public IReadOnlyCollection<string> Errors => _errors;

    public int Finished(string method) => _finished.Count(line => line.Contains($" {method} ", StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Logger(ErrorLines lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = formatter(state, exception);
            if (logLevel >= LogLevel.Error)
                lines._errors.Enqueue($"{line} <- {exception}");
            else if (line.StartsWith("Request finished", StringComparison.Ordinal))
                lines._finished.Enqueue(line);
        }
    }
}
