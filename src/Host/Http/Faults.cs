using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.Http;

/// <summary>The outermost layer: whatever goes wrong inside is answered as a problem document, and a fault of ours is logged.</summary>
internal static class Faults
{
    public static async Task Middleware(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null })
                await Problems.OfStatus(context.Response.StatusCode).ExecuteAsync(context);
        }
        catch (BadHttpRequestException refused) when (!context.Response.HasStarted)
        {
            await Problems.OfStatus(refused.StatusCode).ExecuteAsync(context);
        }
        catch (Exception gone) when (gone is CallerGoneException || context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; there is nobody to answer. The server may not know yet, and would log an error when it couldn't
            // read the rest of the body.
            context.Abort();
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            HostLog.RequestFailed(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Faults)), context.Request.Method, context.Request.Path, fault);
            await Problems.OfStatus(StatusCodes.Status500InternalServerError).ExecuteAsync(context);
        }
    }
}
