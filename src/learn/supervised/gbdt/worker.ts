/** @file The program of a thread that serves a share of the features. */
import { parentPort, workerData } from "node:worker_threads";
import { serve, type WorkerInput } from "./pool.ts";

parentPort?.postMessage("ready", []);
serve(workerData as WorkerInput);
