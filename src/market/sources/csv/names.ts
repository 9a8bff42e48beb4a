/** @file The many names that files give to time, prices, volume and symbol, in the languages of the vendors. */

export const Role = {
  time: "time",
  /** A time of day beside a column of dates. */
  clock: "clock",
  open: "open",
  high: "high",
  low: "low",
  close: "close",
  volume: "volume",
  symbol: "symbol",
  rate: "rate",
} as const;
export type Role = (typeof Role)[keyof typeof Role];

type Named = Exclude<Role, "clock">;

/** Names in order of preference. A time of the open comes before a stamp that may be of the close. */
const ENGLISH: Readonly<Record<Named, string>> = {
  time:
    "opentime,timeopen,opentimestamp,opentimems,candlebegintime,begintime,starttime,startat,start,timestamp,timestampms,timems," +
    "ts,tsms,mts,unix,unixtime,unixtimestamp,epoch,epochtime,fundingtime,fundingratetimestamp,calctime,gmttime,utctime," +
    "timeutc,dateutc,utcdate,utcdatetime,datetimeutc,datetime,dateandtime,localtime,timeeet,timelocal,tradedate,tradetime," +
    "tradingday,tradingdate,date,time,dt,t,period,closetime,timeclose,closetimestamp,endtime",
  open: "open,openprice,o,op,priceopen,first,1open,openpx,pxopen,opening,openingprice",
  high: "high,highprice,h,hi,pricehigh,max,2high,highpx,highest",
  low: "low,lowprice,l,lo,pricelow,min,3low,lowpx,lowest",
  close: "close,closeprice,c,cl,priceclose,closelast,last,lastprice,latest,price,4close,closepx,closing,closingprice",
  volume:
    "volume,vol,v,basevolume,volumebase,basevol,volumefrom,totaltradedquantity,tottrdqty,ttltrdqnty,sharestraded,qty,quantity," +
    "amount,vol1,5volume,tickvol,tickvolume,tickqty,ticks,realvolume",
  symbol:
    "symbol,ticker,tic,pair,tickersymbol,instrument,instrumentid,instid,productid,product,market,currencypair,coin,asset,secid," +
    "sym,stock,stockcode,tscode,code,contract,isin,figi,permno,gvkey,cusip,sedol,ric,wkn,valor,currency,name,company",
  rate: "fundingrate,funding,rate,lastfundingrate,realizedrate,fundingratepct,fundingratepercent",
};

/** Languages that write a comma before the decimals: German, Spanish, French, Italian, Portuguese, Dutch, Polish, ... */
const WITH_COMMA: Readonly<Partial<Record<Named, string>>> = {
  time: "datum,zeit,zeitpunkt,fecha,hora,data,dato,pvm,päivämäärä,дата,время,tarih,zaman,tanggal,waktu,ngày,ημερομηνία,dátum,data/ora,horodatage",
  open:
    "eröffn.,eröffnung,eröffnungskurs,erster,apertura,precio de apertura,ouv.,ouverture,abertura,otwarcie,откр.,открытие," +
    "açılış,öppen,öppning,åben,åbning,åpen,åpning,avaus,pembukaan,mở,mở cửa,άνοιγμα,otevření,otvírací,nyitó,nyitás,deschidere,opening,відкр.,відкриття,отваряне,отв.",
  high:
    "hoch,höchst,tageshoch,höchstkurs,máximo,más alto,plus haut,haut,massimo,máxima,hoog,hoogste,max.,najwyższy,макс.,максимум," +
    "yüksek,högst,högsta,høj,høyest,højeste,korkein,ylin,tertinggi,cao,cao nhất,υψηλό,maximum,maximális,maxim,nejvyšší,най-високо,най-висока",
  low:
    "tief,tiefst,tagestief,tiefstkurs,mínimo,más bajo,plus bas,bas,minimo,mínima,laag,laagste,min.,najniższy,мин.,минимум," +
    "düşük,lägst,lägsta,lav,lavest,laveste,alin,terendah,thấp,thấp nhất,χαμηλό,minimum,minimális,minim,nejnižší,мін.,мінімум,най-ниско,най-ниска",
  close:
    "zuletzt,schluss,schlusskurs,último,cierre,ultimo,chiusura,dernier,clôture,fermeture,fechamento,laatste,slot,slotkoers,ostatnio," +
    "zamknięcie,цена,закр.,закрытие,послед.,şimdi,kapanış,senaste,stängning,seneste,siste,slutt,lukke,viimeisin,päätös,terakhir," +
    "penutupan,lần cuối,đóng cửa,τελευταία,κλείσιμο,závěr,poslední,záró,utolsó,închidere,ultimul,остання ціна,остання,ціна,закриття,последна,последно,затваряне",
  volume:
    "umsatz,volumen,volume,vol,volúmen,wol.,wolumen,obrót,объём,объем,hac.,hacim,volym,volumen,omsætning,volum,volyymi,kl," +
    "khối lượng,όγκος,objem,forgalom,forg.,volum,stück,обс.,обсяг,обем",
};

const WITH_POINT: Readonly<Partial<Record<Named, string>>> = {
  time: "日付け,日付,日時,날짜,일자,日期,时间,時間,交易日期,التاريخ,תאריך,วันที่,तारीख,दिनांक",
  open: "始値,시가,开盘,開盤,開市,今开,开盘价,開盤價,الافتتاح,مفتوح,افتتاح,פתיחה,שער פתיחה,เปิด,ओपन,खुला",
  high: "高値,고가,高,最高,最高价,最高價,الأعلى,أعلى,مرتفع,גבוה,สูง,สูงสุด,उच्च",
  low: "安値,저가,低,最低,最低价,最低價,الأدنى,أدنى,منخفض,נמוך,ต่ำ,ต่ำสุด,निम्न",
  close: "終値,종가,收盘,收盤,收市,收盘价,收盤價,الأخير,السعر,الإغلاق,אחרון,שער,סגירה,ล่าสุด,ปิด,मूल्य,अंतिम",
  volume: "出来高,거래량,交易量,成交量,الحجم,حجم,מחזור,נפח,ปริมาณ,वॉल्यूम",
  symbol: "股票代码,代码,銘柄コード,종목코드",
};

/** Letters and digits alone, lower case, without accents: "Eröffn." is "eroffn". */
export function normalName(text: string): string {
  return text
    .replace(/^\uFEFF/, "")
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

function normalNames(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map(normalName)
    .filter((name) => name !== "");
}

const ROLES = Object.keys(ENGLISH) as Named[];

/** Names of each role in order of preference. */
export const NAMES = Object.fromEntries(
  ROLES.map((role) => [
    role,
    [...new Set([...normalNames(ENGLISH[role]), ...normalNames(WITH_POINT[role]), ...normalNames(WITH_COMMA[role])])],
  ]),
) as unknown as Readonly<Record<Named, readonly string[]>>;

const ENGLISH_NAMES = new Set(ROLES.flatMap((role) => normalNames(ENGLISH[role])));
const COMMA_NAMES = new Set(
  ROLES.flatMap((role) => normalNames(WITH_COMMA[role])).filter((name) => !ENGLISH_NAMES.has(name)),
);

/** Whether a header is of a language that writes decimals behind a comma. */
export function usesDecimalComma(header: readonly string[]): boolean {
  return header.some((name) => COMMA_NAMES.has(normalName(name)));
}

const QUOTE_VOLUME =
  /^(?:quote|turnover|value|traded?value|tottrdval|成交额|成交額|volume(?:usd|usdt|usdc|busd|eur|quote|to)$|amount(?:usd|usdt)$|.*quotevolume|.*quotevol|.*quoteassetvolume|.*notional)/;

/** Whether a column is a sum of money by its name. */
export function namesQuoteVolume(name: string): boolean {
  return QUOTE_VOLUME.test(name);
}

/** Whether a column may be a volume by its name. */
export function namesVolume(name: string): boolean {
  return (
    NAMES.volume.includes(name) ||
    /^(?:volume|vol|amount|turnover|quotevol)/.test(name) ||
    /(?:volume|vol)$/.test(name) ||
    namesQuoteVolume(name)
  );
}
