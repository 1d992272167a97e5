import type { Words } from "./language.js";

/** What <unfold-forecast> says: English, Chinese. */
export const words = {
  "title": ["Forecast", "预测"],
  "column": ["Column", "列"],
  "origin": ["Forecast from row", "预测起点（行）"],
  "length": ["Rows ahead", "预测行数"],
  "originText": ["row {row}", "第 {row} 行"],
  "truth": ["truth", "真值"],
  "oneStep": ["one step ahead", "向前一步"],
  "free": ["running free", "自由运行"],
  "flat": ["as it was last", "沿用末值"],
  "heldOut": ["held out", "留出"],
  "from": ["origin", "起点"],
  "what": [
    "One step ahead, the network reads the {window} true rows before each. Running free, it reads true rows up to the origin, then what it said itself. Drag the origin.",
    "“向前一步”：每一行都由其前 {window} 行真值预测。“自由运行”：起点以前读真值，此后读它自己所说。起点可以拖动。",
  ],
  "error": ["Root mean square error", "均方根误差"],
  "network": ["network", "网络"],
  "persistence": ["persistence", "沿用末值"],
  "shownRows": ["one step, rows {from} … {to}", "向前一步，第 {from}…{to} 行"],
  "freeRows": ["free, rows {from} … {to}", "自由运行，第 {from}…{to} 行"],
  "summary": [
    "Forecast of {column} from row {origin}: running free its error is {free}, persistence {flat}; one step ahead {oneStep} against {still}.",
    "自第 {origin} 行起预测 {column}：自由运行误差 {free}，沿用末值 {flat}；向前一步 {oneStep}，沿用前值 {still}。",
  ],
  "table": ["The numbers", "数据表"],
  "row": ["Row", "行"],
  "none": ["Here a series is forecast; this network learns from something else.", "此处预测序列；当前网络学的不是序列。"],
  "short": ["No row of the series has {window} rows without a gap before it.", "没有一行前面有连续的 {window} 行。"],
  "waiting": ["Nothing has been forecast yet.", "尚无预测。"],
} as const satisfies Words;
